#include "gloo/context.h"

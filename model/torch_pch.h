// The precompiled header of every target in model/ that uses torch: parsing
// torch takes 20 s, once instead of once a file. Sources still include what
// they use.
#ifndef MODEL_TORCH_PCH_H_
#define MODEL_TORCH_PCH_H_

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#endif  // MODEL_TORCH_PCH_H_

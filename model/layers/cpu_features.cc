#include "model/layers/cpu_features.h"

namespace clip::model {

#if defined(__x86_64__)
bool MultipliesBfloat16() {
  return __builtin_cpu_supports("avx512bw") > 0 &&
         __builtin_cpu_supports("avx512vl") > 0 &&
         __builtin_cpu_supports("avx512dq") > 0;
}

bool HasBfloat16Instructions() {
  return __builtin_cpu_supports("avx512bf16") > 0;
}

bool HasInt8Instructions() {
  return MultipliesBfloat16() && __builtin_cpu_supports("avx512vnni") > 0;
}
#else
bool MultipliesBfloat16() { return false; }
bool HasBfloat16Instructions() { return false; }
bool HasInt8Instructions() { return false; }
#endif

}  // namespace clip::model

#include "model/layers/cpu_features.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace clip::model {

#if defined(__x86_64__)
namespace {

// Clang 14's __builtin_cpu_supports() does not know its name.
bool HasAmxBfloat16() {
  constexpr unsigned kExtendedFeatures = 7;
  constexpr unsigned kAmxBfloat16 = 1U << 22U;  // of edx
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid_count(kExtendedFeatures, 0, &eax, &ebx, &ecx, &edx) != 0 &&
         (edx & kAmxBfloat16) != 0;
}

}  // namespace

bool HasAvx2() {
  return __builtin_cpu_supports("avx2") > 0 &&
         __builtin_cpu_supports("fma") > 0;
}

bool HasAvx512() {
  return __builtin_cpu_supports("avx512bw") > 0 &&
         __builtin_cpu_supports("avx512vl") > 0 &&
         __builtin_cpu_supports("avx512dq") > 0;
}

bool HasBfloat16Instructions() {
  return __builtin_cpu_supports("avx512bf16") > 0;
}

bool MultipliesBfloat16Faster() {
  static const bool faster =
      HasAmxBfloat16() ||
      (HasBfloat16Instructions() && __builtin_cpu_is("intel") == 0);
  return faster;
}

bool HasInt8Instructions() {
  return HasAvx512() && __builtin_cpu_supports("avx512vnni") > 0;
}
#else
bool HasAvx2() { return false; }
bool HasAvx512() { return false; }
bool HasBfloat16Instructions() { return false; }
bool MultipliesBfloat16Faster() { return false; }
bool HasInt8Instructions() { return false; }
#endif

}  // namespace clip::model

#include "model/image/resample_routines.h"

namespace clip::model {

std::vector<const ResampleRoutines*> SupportedResampleRoutines() {
  std::vector<const ResampleRoutines*> supported = {
      &PortableResampleRoutines()};
#if defined(__x86_64__)
  // Both ask the system as well, which must save the wide registers.
  if (__builtin_cpu_supports("avx2") != 0) {
    supported.push_back(&Avx2ResampleRoutines());
  }
  if (__builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512vnni") != 0) {
    supported.push_back(&VnniResampleRoutines());
  }
#endif
  return supported;
}

const ResampleRoutines& BestResampleRoutines() {
  static const ResampleRoutines& best = *SupportedResampleRoutines().back();
  return best;
}

}  // namespace clip::model

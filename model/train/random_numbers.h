#ifndef MODEL_TRAIN_RANDOM_NUMBERS_H_
#define MODEL_TRAIN_RANDOM_NUMBERS_H_

#include <cstdint>

namespace clip::model {

// SplitMix64: equal numbers on every machine and library, which the standard
// distributions do not promise. A plain value; copies go on alike.
class RandomNumbers {
 public:
  explicit RandomNumbers(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  // In 0..bound-1; `bound` must be positive.
  uint64_t Below(uint64_t bound) { return Next() % bound; }

  // In [low, high).
  double Uniform(double low, double high) {
    constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53
    return low + (high - low) * static_cast<double>(Next() >> 11) * kStep;
  }

 private:
  uint64_t state_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_RANDOM_NUMBERS_H_

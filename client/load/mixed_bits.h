#ifndef CLIENT_LOAD_MIXED_BITS_H_
#define CLIENT_LOAD_MIXED_BITS_H_

#include <cstdint>

namespace clip::client::load {

// A number that looks random, and is the same for the same input on every
// machine: the finalizer of SplitMix64.
inline uint64_t MixedBits(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// The same in [0, 1).
inline double MixedShare(uint64_t value) {
  return static_cast<double>(MixedBits(value) >> 11) * 0x1p-53;
}

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_MIXED_BITS_H_

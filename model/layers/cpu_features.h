#ifndef MODEL_LAYERS_CPU_FEATURES_H_
#define MODEL_LAYERS_CPU_FEATURES_H_

namespace clip::model {

// What this machine's processor multiplies. Each is found once. False on
// processors other than x86-64.

// AVX2 and multiply-add instructions.
bool HasAvx2();

// AVX-512 with its byte and word, double and quad word, and short vectors, as
// the kernels of ours and of oneDNN use it.
bool HasAvx512();

// bfloat16 by instructions of its own.
bool HasBfloat16Instructions();

// Whether a product of bfloat16 takes less time than the same in float32: with
// AMX, or with AVX-512's instructions but for Intel's. Those take 1.8 times as
// long as float32's (Emerald Rapids, AMX hidden by the hypervisor), and
// oneDNN's substitute for them, on AVX-512 alone, 4.5 times.
bool MultipliesBfloat16Faster();

// 8-bit integers by AVX-512's VNNI.
bool HasInt8Instructions();

}  // namespace clip::model

#endif  // MODEL_LAYERS_CPU_FEATURES_H_

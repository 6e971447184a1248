#ifndef MODEL_LAYERS_CPU_FEATURES_H_
#define MODEL_LAYERS_CPU_FEATURES_H_

namespace clip::model {

// What this machine's processor multiplies. Each is found once. False on
// processors other than x86-64.

// bfloat16 with AVX-512 at least, so that oneDNN takes it. Without the
// instructions for it the sums are those of float32, and no quicker.
bool MultipliesBfloat16();

// bfloat16 by instructions of its own.
bool HasBfloat16Instructions();

// 8-bit integers by AVX-512's VNNI.
bool HasInt8Instructions();

}  // namespace clip::model

#endif  // MODEL_LAYERS_CPU_FEATURES_H_

#ifndef TESTS_TESTING_FAKE_MODEL_H_
#define TESTS_TESTING_FAKE_MODEL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/image/image_limits.h"
#include "model/image/image_preprocessor.h"
#include "model/load_model.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_tokenizer.h"

namespace clip::testing {

// A loaded model over `encoder`, with a fake tokenizer and the real image
// preprocessor.
inline model::LoadedModel FakeModel(
    std::unique_ptr<FakeEncoder> encoder = std::make_unique<FakeEncoder>()) {
  model::LoadedModel loaded;
  loaded.image_preprocessor = *model::ImagePreprocessor::Create(
      encoder->info().preprocess, model::ImageLimits());
  loaded.tokenizer = std::make_unique<FakeTokenizer>();
  loaded.encoder = std::move(encoder);
  return loaded;
}

// The bytes of a picture of the fake model, as PixelValues: all zero but the
// first value.
inline std::string FakePixels(float first) {
  std::vector<float> values(12, 0.0F);
  values[0] = first;
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
}

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_MODEL_H_

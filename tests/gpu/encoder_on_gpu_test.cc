// A model on a GPU gives the embeddings that it gives on the CPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "model/load_model.h"
#include "model/similarity.h"
#include "tests/gpu/gpu_test.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;

// Both kinds of towers, every kind of pooling and mask.
constexpr const char* kCases[] = {"vit",
                                  "vit_quick_gelu",
                                  "vit_average_pool",
                                  "vit_layer_scale",
                                  "vit_logit_bias",
                                  "resnet",
                                  "text_eos_pool",
                                  "text_class_token",
                                  "text_eos_pool_bidirectional"};

using Rows = std::vector<std::vector<float>>;
using IdRows = std::vector<std::vector<int32_t>>;

LoadModelOptions Options(const GoldenCase& golden, const std::string& device,
                         const std::string& dtype = "float32") {
  LoadModelOptions options;
  options.directory = golden.folder();
  options.device = device;
  options.dtype = dtype;
  return options;
}

std::shared_ptr<Encoder> Load(const LoadModelOptions& options) {
  auto model = LoadModel(options);
  EXPECT_THAT(model, IsOk()) << options.directory;
  return model.ok() ? std::move(model->encoder) : nullptr;
}

EmbeddingRows Images(Encoder& encoder, const Rows& rows) {
  const std::vector<absl::Span<const float>> spans(rows.begin(), rows.end());
  auto embeddings = encoder.EncodeImage(spans);
  EXPECT_THAT(embeddings, IsOk());
  return embeddings.ok() ? *std::move(embeddings) : EmbeddingRows();
}

EmbeddingRows Texts(Encoder& encoder, const IdRows& rows) {
  const std::vector<absl::Span<const int32_t>> spans(rows.begin(), rows.end());
  auto embeddings = encoder.EncodeText(spans);
  EXPECT_THAT(embeddings, IsOk());
  return embeddings.ok() ? *std::move(embeddings) : EmbeddingRows();
}

// The least cosine of two embeddings of a row.
double LeastCosine(EmbeddingRows a, EmbeddingRows b, size_t width) {
  if (a.size() != b.size()) return -1;
  double least = 1;
  for (size_t i = 0; i < a.size(); i += width) {
    NormalizeRow(absl::MakeSpan(a).subspan(i, width));
    NormalizeRow(absl::MakeSpan(b).subspan(i, width));
    double cosine = 0;
    for (size_t j = i; j < i + width; ++j) cosine += double{a[j]} * b[j];
    least = std::min(least, cosine);
  }
  return least;
}

class EncoderOnGpuTest : public GpuTest {
 protected:
  void ExpectNear(const std::string& dtype, double least_cosine,
                  bool kernels = false) {
    for (const char* name : kCases) {
      const GoldenCase golden(name);
      const auto cpu = Load(Options(golden, "cpu"));
      LoadModelOptions options = Options(golden, "cuda:0", dtype);
      options.cuda_kernels = kernels;
      const auto gpu = Load(options);
      ASSERT_TRUE(cpu != nullptr && gpu != nullptr);
      EXPECT_EQ(gpu->info().device, "cuda:0");
      const auto pixels = golden.FloatRows("pixels");
      const auto ids = golden.IdRows("ids");
      const size_t width = cpu->info().embed_dim;
      EXPECT_GE(LeastCosine(Images(*cpu, pixels), Images(*gpu, pixels), width),
                least_cosine)
          << name << " images in " << dtype;
      EXPECT_GE(LeastCosine(Texts(*cpu, ids), Texts(*gpu, ids), width),
                least_cosine)
          << name << " texts in " << dtype;
    }
  }

  // With `options`, batches of many sizes, each several times, give what they
  // give in the same type without graphs and kernels.
  void ExpectThoseOfPlain(const LoadModelOptions& options, double worst) {
    auto model = LoadModel(options);
    if (absl::IsUnavailable(model.status())) {
      GTEST_SKIP() << model.status().message();
    }
    ASSERT_THAT(model, IsOk());
    const auto plain = Load(Options(golden_, "cuda:0", options.dtype));
    ASSERT_NE(plain, nullptr);
    Encoder& encoder = *model->encoder;
    for (int round = 0; round < 4; ++round) {
      for (const size_t size : {1, 2, 3, 5, 32, 33}) {
        Rows rows;
        IdRows ids;
        for (size_t i = 0; i < size; ++i) {
          rows.push_back(pixels_[(i + round) % pixels_.size()]);
          ids.push_back(ids_[(i + round) % ids_.size()]);
        }
        EXPECT_LT(WorstDifference(Images(*plain, rows), Images(encoder, rows)),
                  worst);
        EXPECT_LT(WorstDifference(Texts(*plain, ids), Texts(encoder, ids)),
                  worst);
      }
    }
  }

  const GoldenCase golden_{"vit"};
  const Rows pixels_ = golden_.FloatRows("pixels");
  const IdRows ids_ = golden_.IdRows("ids");
};

TEST_F(EncoderOnGpuTest, Float32IsTheCpusToSixDigits) {
  for (const char* name : kCases) {
    const GoldenCase golden(name);
    const auto cpu = Load(Options(golden, "cpu"));
    const auto gpu = Load(Options(golden, "cuda:0"));
    ASSERT_TRUE(cpu != nullptr && gpu != nullptr);
    const auto pixels = golden.FloatRows("pixels");
    const auto ids = golden.IdRows("ids");
    EXPECT_LT(WorstDifference(Images(*cpu, pixels), Images(*gpu, pixels)), 1e-4)
        << name;
    EXPECT_LT(WorstDifference(Texts(*cpu, ids), Texts(*gpu, ids)), 1e-4)
        << name;
  }
}

TEST_F(EncoderOnGpuTest, Bfloat16IsNear) { ExpectNear("bfloat16", 0.99); }

TEST_F(EncoderOnGpuTest, Float16IsNear) { ExpectNear("float16", 0.999); }

TEST_F(EncoderOnGpuTest, OwnKernelsAreNear) {
  LoadModelOptions options = Options(golden_, "cuda:0");
  options.cuda_kernels = true;
  const absl::Status loaded = LoadModel(options).status();
  if (absl::IsUnavailable(loaded)) GTEST_SKIP() << loaded.message();
  ExpectNear("bfloat16", 0.99, /*kernels=*/true);
  ExpectNear("float16", 0.999, /*kernels=*/true);
}

TEST_F(EncoderOnGpuTest, BatchesOfAnySizeKeepTheirRows) {
  const auto gpu = Load(Options(golden_, "cuda:0"));
  ASSERT_NE(gpu, nullptr);
  const EmbeddingRows alone = Images(*gpu, {pixels_[0]});
  for (const size_t size : {1, 2, 3, 7, 64, 200, 5}) {
    const EmbeddingRows many = Images(*gpu, Rows(size, pixels_[0]));
    ASSERT_EQ(many.size(), size * alone.size());
    for (size_t i = 0; i < many.size(); i += alone.size()) {
      const std::vector<float> row(many.begin() + i,
                                   many.begin() + i + alone.size());
      ASSERT_LT(WorstDifference(alone, row), 1e-4) << size;
    }
  }
}

TEST_F(EncoderOnGpuTest, ThreadsThatOverlapGetTheirOwnRows) {
  const auto gpu = Load(Options(golden_, "cuda:0"));
  ASSERT_NE(gpu, nullptr);
  constexpr int kThreads = 4;
  std::vector<double> worst(kThreads, 0);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      // Each thread has batches of its own size and row.
      const Rows rows(1 + 13 * t, pixels_[t % pixels_.size()]);
      const EmbeddingRows expected = Images(*gpu, rows);
      for (int i = 0; i < 100; ++i) {
        worst[t] =
            std::max(worst[t], WorstDifference(expected, Images(*gpu, rows)));
        Texts(*gpu, ids_);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double difference : worst) EXPECT_LT(difference, 1e-5);
}

TEST_F(EncoderOnGpuTest, GraphsGiveTheSameEmbeddings) {
  LoadModelOptions options = Options(golden_, "cuda:0");
  options.cuda_graphs = true;
  ExpectThoseOfPlain(options, 1e-4);
}

TEST_F(EncoderOnGpuTest, GraphsOfOwnKernelsGiveTheSameEmbeddings) {
  LoadModelOptions options = Options(golden_, "cuda:0", "bfloat16");
  options.cuda_graphs = true;
  options.cuda_kernels = true;
  ExpectThoseOfPlain(options, 0.1);
}

TEST_F(EncoderOnGpuTest, EveryReplicaGivesTheSameEmbeddings) {
  if (!HasTwoGpus()) GTEST_SKIP() << "there is one GPU only";
  const auto model = LoadModel(Options(golden_, "cuda:0,cuda:1"));
  ASSERT_THAT(model, IsOk());
  ASSERT_EQ(model->replicas.size(), 1U);
  EXPECT_EQ(model->replicas[0]->info().device, "cuda:1");
  EXPECT_LT(WorstDifference(Images(*model->encoder, pixels_),
                            Images(*model->replicas[0], pixels_)),
            1e-5);
}

}  // namespace
}  // namespace clip::model

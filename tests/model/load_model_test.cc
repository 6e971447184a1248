#include "model/load_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/tensor_edits.h"
#include "model/similarity.h"
#include "tests/model/checkpoint/pickle_program.h"
#include "tests/model/checkpoint/zip_file.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr char kConfig[] = "open_clip_config.json";
constexpr char kWeights[] = "open_clip_model.safetensors";

// Of this process.
size_t CountThreads() {
  const fs::directory_iterator threads("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(threads), end(threads)));
}

// A hub folder of its own for each test: a copy of a golden one.
class LoadModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* file : {kConfig, kWeights}) {
      fs::copy_file(fs::path(GoldenCase("vit").folder()) / file,
                    folder_ / file);
    }
  }

  absl::StatusOr<LoadedModel> Load() const { return LoadFrom(folder_); }

  static absl::StatusOr<LoadedModel> LoadFrom(const fs::path& folder) {
    LoadModelOptions options;
    options.directory = folder.string();
    options.device = "cpu";
    options.compute_threads = 1;
    return LoadModel(options);
  }

  void WriteConfig(const std::string& text) const {
    std::ofstream(folder_ / kConfig) << text;
  }

  const clip::testing::TempFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

// They would count against those of the thread that computes. Without
// `compute_threads`, which makes LibTorch start threads of another kind.
TEST_F(LoadModelTest, LeavesNoOpenMpThreadsBehind) {
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu";
  const size_t before = CountThreads();
  ASSERT_THAT(LoadModel(options), IsOk());
  // A thread that has ended may be listed for a moment.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (CountThreads() > before && absl::Now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(CountThreads(), before);
}

TEST_F(LoadModelTest, InBatchInvariantModeARowIsTheSameInEveryBatch) {
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu";
  options.batch_invariant = true;
  const auto model = LoadModel(options);
  ASSERT_THAT(model, IsOk());
  const auto pixels = GoldenCase("vit").FloatRows("pixels");
  const std::vector<absl::Span<const float>> alone = {pixels[0]};
  const std::vector<absl::Span<const float>> among = {pixels[1], pixels[0],
                                                      pixels[1]};
  const auto one = model->encoder->EncodeImage(alone);
  const auto three = model->encoder->EncodeImage(among);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(three, IsOk());
  ASSERT_EQ(three->size(), 3 * one->size());
  EXPECT_TRUE(std::equal(one->begin(), one->end(),
                         three->begin() + static_cast<int64_t>(one->size())));
}

TEST_F(LoadModelTest, SharesOneCopyOnTheCpu) {
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu,cpu,cpu";
  const auto model = LoadModel(options);
  ASSERT_THAT(model, IsOk());
  ASSERT_EQ(model->replicas.size(), 2U);
  for (const auto& replica : model->replicas) {
    EXPECT_EQ(replica, model->encoder);
  }
}

TEST_F(LoadModelTest, AnswersSeveralBatchesAtOnceAsOneAlone) {
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu,cpu";
  const auto model = LoadModel(options);
  ASSERT_THAT(model, IsOk());
  const auto pixels = GoldenCase("vit").FloatRows("pixels");
  const auto expected = model->encoder->EncodeImage({pixels[0]});
  ASSERT_THAT(expected, IsOk());
  const auto encode = [&] {
    for (int i = 0; i < 20; ++i) {
      const auto rows = model->encoder->EncodeImage({pixels[0]});
      ASSERT_THAT(rows, IsOk());
      EXPECT_LT(WorstDifference(*expected, *rows), 1e-6);
    }
  };
  std::thread other(encode);
  encode();
  other.join();
}

TEST_F(LoadModelTest, RefusesAListOfDevicesThatMakesNoSense) {
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu,gpu";
  EXPECT_THAT(LoadModel(options), StatusIs(kInvalid, HasSubstr("not gpu")));
}

TEST_F(LoadModelTest, SaysThatTheCpuHasNoGraphsAndNoKernels) {
  constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu";
  options.cuda_graphs = true;
  EXPECT_THAT(LoadModel(options),
              StatusIs(kUnavailable, HasSubstr("cpu has no CUDA graphs")));
  options.cuda_graphs = false;
  options.cuda_kernels = true;
  EXPECT_THAT(LoadModel(options),
              StatusIs(kUnavailable, HasSubstr("cpu has no CUDA kernels")));
}

TEST_F(LoadModelTest, ATextIsReadUpToTheIdThatIsSaidToEndIt) {
  for (const char* name : {"vit", "text_eos_pool"}) {
    const auto model = LoadFrom(GoldenCase(name).folder());
    ASSERT_THAT(model, IsOk());
    const ModelInfo& info = model->encoder->info();
    std::vector<int32_t> row(info.context_length, 1);
    row[7] = info.end_id;
    EXPECT_EQ(model->encoder->TextLength(row), 8) << name;
  }
}

TEST_F(LoadModelTest, LoadsAFolder) {
  const auto model = Load();
  ASSERT_THAT(model, IsOk());
  EXPECT_NE(model->image_preprocessor, nullptr);
  EXPECT_EQ(model->image_preprocessor->row_size(), 3U * 16 * 16);
}

TEST_F(LoadModelTest, SaysWhyATokenizerCannotServeTheModel) {
  const auto model = Load();
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->tokenizer, nullptr);
  EXPECT_THAT(model->tokenizer_unavailable, HasSubstr("the model only 40"));
}

TEST_F(LoadModelTest, LoadsTheBuiltInModelWithItsTokenizer) {
  const auto model =
      LoadFrom(fs::path(CLIP_SOURCE_DIR) / "model/builtin/emoji-clip");
  ASSERT_THAT(model, IsOk());
  ASSERT_NE(model->tokenizer, nullptr);
  const auto text = model->tokenizer->Tokenize("a pizza");
  ASSERT_THAT(text, IsOk());
  const auto rows = model->encoder->EncodeText({text->ids});
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->size(),
            static_cast<size_t>(model->encoder->info().embed_dim));
}

TEST_F(LoadModelTest, NamesAFolderThatIsNotThere) {
  EXPECT_THAT(LoadFrom(folder_ / "missing"),
              StatusIs(kNotFound, AllOf(HasSubstr("missing"),
                                        HasSubstr("no such folder"))));
}

TEST_F(LoadModelTest, NamesAConfigThatIsNotThere) {
  fs::remove(folder_ / kConfig);
  EXPECT_THAT(Load(), StatusIs(kNotFound, HasSubstr(kConfig)));
}

TEST_F(LoadModelTest, NamesAConfigThatIsNotJson) {
  WriteConfig("{");
  EXPECT_THAT(Load(), StatusIs(kInvalid, AllOf(HasSubstr(kConfig),
                                               HasSubstr("not JSON"))));
}

TEST_F(LoadModelTest, RefusesAnEmptyOrHugeConfig) {
  WriteConfig("");
  EXPECT_THAT(Load(), StatusIs(kInvalid, HasSubstr("empty")));
  WriteConfig(std::string(size_t{3} << 20, ' '));
  EXPECT_THAT(Load(), StatusIs(kInvalid, HasSubstr("longer than")));
}

TEST_F(LoadModelTest, NamesWeightsThatAreNotThere) {
  fs::remove(folder_ / kWeights);
  EXPECT_THAT(Load(), StatusIs(kNotFound, HasSubstr(kWeights)));
}

template <typename T>
std::vector<T> Values(const TensorView& view) {
  std::vector<T> values(view.bytes.size() / sizeof(T));
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  return values;
}

// One picture against its normalized embedding.
void ExpectEmbedding(const LoadedModel& model, const TensorView& pixels,
                     const TensorView& expected) {
  const auto row = Values<float>(pixels);
  auto image = model.encoder->EncodeImage({row});
  ASSERT_THAT(image, IsOk());
  NormalizeRow(absl::MakeSpan(*image));
  EXPECT_LT(WorstDifference(*image, Values<float>(expected)), 1e-6);
}

// What torch.save would write of a safetensors file of float32 tensors: all of
// them views of one storage.
std::string Pickled(const std::string& path) {
  const auto weights = ReadSafetensors(path);
  EXPECT_THAT(weights, IsOk());
  std::string storage;
  for (const auto& [name, view] : weights->tensors()) {
    storage.append(view.bytes.begin(), view.bytes.end());
  }
  PickleProgram program;
  program.OrderedDict().Raw("(");
  int64_t offset = 0;
  for (const auto& [name, view] : weights->tensors()) {
    std::vector<int64_t> strides(view.shape.size(), 1);
    for (size_t i = strides.size(); i-- > 1;) {
      strides[i - 1] = strides[i] * view.shape[i];
    }
    program.Text("module." + name)
        .Tensor(static_cast<int64_t>(storage.size() / sizeof(float)), offset,
                view.shape, strides);
    offset += static_cast<int64_t>(view.bytes.size() / sizeof(float));
  }
  return ZipFile({{"archive/data.pkl", program.Raw("u").Stop()},
                  {"archive/data/0", storage}});
}

TEST_F(LoadModelTest, ComputesTheSameWithPickledWeights) {
  const GoldenCase golden("vit");
  fs::remove(folder_ / kWeights);
  std::ofstream(folder_ / "epoch_1.pt", std::ios::binary)
      << Pickled(golden.weights());
  const auto model = Load();
  ASSERT_THAT(model, IsOk());
  const std::vector<float> pixels = golden.FloatRows("pixels")[0];
  const auto pickled = model->encoder->EncodeImage({pixels});
  const auto expected =
      LoadFrom(golden.folder())->encoder->EncodeImage({pixels});
  ASSERT_THAT(pickled, IsOk());
  EXPECT_EQ(*pickled, *expected);
}

TEST_F(LoadModelTest, ResizesThePositionsToAnotherImageSize) {
  const auto golden =
      ReadSafetensors(std::string(CLIP_SOURCE_DIR) +
                      "/tests/golden/checkpoint/resized.safetensors");
  ASSERT_THAT(golden, IsOk());
  LoadModelOptions options;
  options.directory = folder_.string();
  options.device = "cpu";
  options.compute_threads = 1;
  options.image_size = 40;
  const auto model = LoadModel(options);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->image_preprocessor->row_size(), 3U * 40 * 40);
  ExpectEmbedding(*model, golden->tensors().at("pixels"),
                  golden->tensors().at("images"));
}

TEST_F(LoadModelTest, SaysThatAResNetsPositionsCannotBeResized) {
  LoadModelOptions options;
  options.directory = GoldenCase("resnet").folder();
  options.device = "cpu";
  options.image_size = 128;
  EXPECT_THAT(LoadModel(options),
              StatusIs(kInvalid, HasSubstr("attnpool.positional_embedding")));
}

TEST_F(LoadModelTest, LoadsAFolderOfHuggingFace) {
  const fs::path folder =
      fs::path(CLIP_SOURCE_DIR) / "tests/golden/checkpoint/hf_clip";
  const auto golden = ReadSafetensors((folder / "golden.safetensors").string());
  ASSERT_THAT(golden, IsOk());
  const auto model = LoadFrom(folder);
  ASSERT_THAT(model, IsOk());
  const auto& tensors = golden->tensors();
  const TensorView pixels = *SliceRows(tensors.at("pixels"), 0, 1);
  ExpectEmbedding(*model, pixels, *SliceRows(tensors.at("images"), 0, 1));
  const TensorView& ids = tensors.at("ids");
  for (int64_t row = 0; row < ids.shape[0]; ++row) {
    const auto wide = Values<int64_t>(*SliceRows(ids, row, row + 1));
    const std::vector<int32_t> narrow(wide.begin(), wide.end());
    auto text = model->encoder->EncodeText({narrow});
    ASSERT_THAT(text, IsOk());
    NormalizeRow(absl::MakeSpan(*text));
    EXPECT_LT(WorstDifference(*text, Values<float>(*SliceRows(
                                         tensors.at("texts"), row, row + 1))),
              1e-6);
  }
}

TEST_F(LoadModelTest, NamesTheConfigOfATowerThatIsNotSupported) {
  std::ifstream file(folder_ / kConfig);
  const std::string config{std::istreambuf_iterator<char>(file), {}};
  const auto load_with = [&](const std::string& keys) {
    std::string text = config;
    const std::string vision = "\"vision_cfg\": {";
    WriteConfig(text.insert(text.find(vision) + vision.size(), keys));
    return Load();
  };
  EXPECT_THAT(
      load_with(R"("timm_model_name": "resnet50", )"),
      StatusIs(kInvalid, AllOf(HasSubstr(kConfig), HasSubstr("resnet50"))));
  EXPECT_THAT(load_with(R"("timm_model_name": "convnext_tiny",
                           "timm_model_kwargs": {"patch_size": 8}, )"),
              StatusIs(kInvalid, HasSubstr("open_clip_config.json: model_cfg."
                                           "vision_cfg.timm_model_kwargs."
                                           "patch_size")));
  EXPECT_THAT(
      load_with(R"("timm_model_name": "swin_base_patch4_window7_224", )"),
      StatusIs(kInvalid, HasSubstr("open_clip_config.json: model_cfg: this "
                                   "model takes pictures of 224")));
}

TEST_F(LoadModelTest, NamesWeightsThatAreBroken) {
  fs::resize_file(folder_ / kWeights, 1000);
  EXPECT_THAT(Load(), StatusIs(kInvalid, HasSubstr(kWeights)));
}

TEST_F(LoadModelTest, NamesWeightsOfAnotherModel) {
  fs::copy_file(fs::path(GoldenCase("resnet").folder()) / kWeights,
                folder_ / kWeights, fs::copy_options::overwrite_existing);
  EXPECT_THAT(Load(),
              StatusIs(kInvalid, AllOf(HasSubstr(kWeights),
                                       HasSubstr("visual.class_embedding"))));
}

}  // namespace
}  // namespace clip::model

// The three sinks of embeddings: table, JSON and NumPy.
#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/embedding_json.h"
#include "client/cli/embedding_npy.h"
#include "client/cli/embedding_table.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::ReadWholeFile;
using ::clip::testing::TempFolder;

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

const ModelVersion kModel{"toy", "abc"};

Row Floats(std::vector<float> values) {
  Row row;
  row.embedding.values = std::move(values);
  return row;
}

Row Packed(EmbeddingFormat format, std::string bytes) {
  Row row;
  row.embedding.format = format;
  row.embedding.packed = std::move(bytes);
  return row;
}

TEST(EmbeddingTableTest, WritesALinePerImage) {
  std::ostringstream out;
  EmbeddingTable table(&out, 5, /*with_tokens=*/false);
  EXPECT_THAT(table.Add("a.jpg", Floats({1, -0.5F}), kModel), IsOk());
  EXPECT_THAT(table.Add("b", Floats({0, 0.25F, 0, 0, 0, 0, 0}), kModel),
              IsOk());
  EXPECT_THAT(table.Finish(), IsOk());
  EXPECT_EQ(out.str(),
            "name   numbers  float32\n"
            "a.jpg        2    1.0000  -0.5000\n"
            "b            7    0.0000   0.2500   0.0000   0.0000   0.0000   "
            "0.0000 ...\n");
}

TEST(EmbeddingTableTest, SaysHowManyTokensATextHad) {
  std::ostringstream out;
  EmbeddingTable table(&out, 5, /*with_tokens=*/true);
  Row row = Packed(EmbeddingFormat::kInt8, "\x7f\x81");
  row.token_count = 77;
  row.truncated = true;
  EXPECT_THAT(table.Add("cat", row, kModel), IsOk());
  EXPECT_EQ(out.str(),
            "name   tokens  numbers  int8\n"
            "cat       77+        2   127 -127\n");
}

TEST(EmbeddingTableTest, CutsPathsInFrontAndTextsBehind) {
  std::ostringstream out;
  EmbeddingTable paths(&out, 7, /*with_tokens=*/false);
  EXPECT_THAT(paths.Add("a/long/path.jpg", Floats({1}), kModel), IsOk());
  EXPECT_THAT(out.str(), HasSubstr("\n....jpg "));
  EmbeddingTable texts(&out, 7, /*with_tokens=*/true);
  EXPECT_THAT(texts.Add("a long text", Floats({1}), kModel), IsOk());
  EXPECT_THAT(out.str(), HasSubstr("\na lo... "));
}

TEST(EmbeddingTableTest, NoticesThatTheOutputIsGone) {
  std::ostringstream out;
  EmbeddingTable table(&out, 5, false);
  out.setstate(std::ios::badbit);
  EXPECT_THAT(table.Add("a", Floats({1}), kModel),
              StatusIs(absl::StatusCode::kUnknown));
}

TEST(EmbeddingJsonTest, WritesItemsErrorsAndModel) {
  std::ostringstream out;
  const auto sink = EmbeddingJson::Create(&out, "file", /*with_tokens=*/false);
  ASSERT_THAT(sink, IsOk());
  EmbeddingJson& json = **sink;
  EXPECT_THAT(json.Add("a", Floats({1, 0.5F}), kModel), IsOk());
  EXPECT_THAT(json.Fail("b", absl::InvalidArgumentError("bad")), IsOk());
  EXPECT_THAT(json.Add("c", Floats({0, 2}), kModel), IsOk());
  EXPECT_THAT(json.Finish(), IsOk());
  EXPECT_EQ(nlohmann::json::parse(out.str()), nlohmann::json::parse(R"({
    "items": [{"file": "a", "embedding": [1, 0.5]},
              {"file": "c", "embedding": [0, 2]}],
    "errors": [{"file": "b", "code": "INVALID_ARGUMENT", "message": "bad"}],
    "format": "float32",
    "model": {"name": "toy", "checkpoint_sha256": "abc"}})"));
}

TEST(EmbeddingJsonTest, TextsHaveTheirTokens) {
  std::ostringstream out;
  const auto sink = EmbeddingJson::Create(&out, "text", /*with_tokens=*/true);
  ASSERT_THAT(sink, IsOk());
  EmbeddingJson& json = **sink;
  Row row = Packed(EmbeddingFormat::kBinary, "\xff");
  row.token_count = 3;
  EXPECT_THAT(json.Add("cat", row, kModel), IsOk());
  EXPECT_THAT(json.Finish(), IsOk());
  const auto document = nlohmann::json::parse(out.str());
  EXPECT_EQ(document["items"][0], nlohmann::json::parse(R"({
    "text": "cat", "token_count": 3, "truncated": false, "embedding": [255]})"));
  EXPECT_EQ(document["format"], "binary");
}

TEST(EmbeddingJsonTest, IsADocumentWithoutAnyAnswer) {
  std::ostringstream out;
  const auto sink = EmbeddingJson::Create(&out, "file", false);
  ASSERT_THAT(sink, IsOk());
  EmbeddingJson& json = **sink;
  EXPECT_THAT(json.Finish(), IsOk());
  EXPECT_EQ(nlohmann::json::parse(out.str()),
            nlohmann::json::parse(
                R"({"items": [], "errors": [], "format": null,
                    "model": null})"));
}

class EmbeddingNpyTest : public ::testing::Test {
 protected:
  // The array that one row of `format` becomes, header left out.
  std::string DataOf(EmbeddingFormat format, Row row) const {
    auto npy = EmbeddingNpy::Create(path_, format, "file", false).value();
    EXPECT_THAT(npy->Add("a", std::move(row), kModel), IsOk());
    EXPECT_THAT(npy->Finish(), IsOk());
    return ReadWholeFile(path_).substr(128);
  }

  TempFolder folder_;
  const std::string path_ = folder_.path() + "/out.npy";
};

TEST_F(EmbeddingNpyTest, FloatsAreLittleEndian) {
  EXPECT_EQ(DataOf(EmbeddingFormat::kFloat32, Floats({1, -2})),
            std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8));
}

TEST_F(EmbeddingNpyTest, Bfloat16IsWidened) {
  EXPECT_EQ(
      DataOf(EmbeddingFormat::kBfloat16,
             Packed(EmbeddingFormat::kBfloat16, std::string("\x80\x3f", 2))),
      std::string("\x00\x00\x80\x3f", 4));
}

TEST_F(EmbeddingNpyTest, OtherFormatsKeepTheirBytes) {
  for (const auto format : {EmbeddingFormat::kFloat16, EmbeddingFormat::kInt8,
                            EmbeddingFormat::kBinary}) {
    EXPECT_EQ(DataOf(format, Packed(format, "abcd")), "abcd");
  }
}

TEST_F(EmbeddingNpyTest, TheSidecarNamesTheRows) {
  auto npy =
      EmbeddingNpy::Create(path_, EmbeddingFormat::kFloat32, "text", true)
          .value();
  EXPECT_THAT(npy->Add("a \"cat\"", Floats({1}), kModel), IsOk());
  EXPECT_THAT(npy->Fail("b", absl::InvalidArgumentError("bad")), IsOk());
  EXPECT_THAT(npy->Add("c", Floats({1}), kModel), IsOk());
  EXPECT_THAT(npy->Finish(), IsOk());
  EXPECT_EQ(nlohmann::json::parse(ReadWholeFile(path_ + ".json")),
            nlohmann::json::parse(R"({
    "names": ["a \"cat\"", "c"], "token_count": [0, 0],
    "truncated": [false, false],
    "errors": [{"text": "b", "code": "INVALID_ARGUMENT", "message": "bad"}],
    "format": "float32",
    "model": {"name": "toy", "checkpoint_sha256": "abc"}})"));
}

TEST_F(EmbeddingNpyTest, RefusesAnotherFormatThanTheFileHas) {
  auto npy =
      EmbeddingNpy::Create(path_, EmbeddingFormat::kFloat32, "file", false)
          .value();
  EXPECT_THAT(npy->Add("a", Packed(EmbeddingFormat::kInt8, "x"), kModel),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("int8")));
}

}  // namespace
}  // namespace clip::client

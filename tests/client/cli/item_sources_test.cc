// The sources of a bulk run give what the collected inputs give.
#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/image_source.h"
#include "client/cli/text_source.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::clip::testing::TempFolder;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr size_t kMaxBytes = 1000;

std::vector<SourceItem> AllOf(ItemSource& source) {
  std::vector<SourceItem> items;
  while (auto item = source.Next()) items.push_back(*std::move(item));
  return items;
}

void ExpectSame(const Inputs& inputs, const std::vector<SourceItem>& items) {
  ASSERT_THAT(items, SizeIs(inputs.names.size()));
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].name, inputs.names[i]);
    const absl::StatusOr<std::string> content = inputs.load(i);
    EXPECT_EQ(items[i].content.status(), content.status());
    if (content.ok()) {
      EXPECT_EQ(*items[i].content, *content);
    }
  }
}

TEST(TextSourceTest, GivesWhatCollectGives) {
  const TempFolder folder;
  TextInputs inputs;
  inputs.arguments = {"literal", "-", "bad \xff", "last"};
  inputs.texts_from = folder.Write("texts", "from a file\r\n\nand again");
  std::istringstream in("line 1\n\nline 2\r\n");
  std::istringstream same(in.str());
  const auto collected = inputs.Collect(in);
  const auto source = TextSource::Open(inputs, same, kMaxBytes);
  ASSERT_THAT(source, IsOk());
  ExpectSame(*collected, AllOf(**source));
}

TEST(TextSourceTest, ATextThatIsTooLongFailsAlone) {
  std::istringstream in("fine\n" + std::string(5000, 'a') + "\nfine too");
  TextInputs inputs;
  inputs.arguments = {"-"};
  const auto source = TextSource::Open(inputs, in, kMaxBytes);
  const std::vector<SourceItem> items = AllOf(**source);
  ASSERT_THAT(items, SizeIs(3));
  EXPECT_THAT(items[0].content, IsOk());
  EXPECT_THAT(items[1].content,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("long")));
  EXPECT_EQ(items[2].name, "fine too");
}

TEST(TextSourceTest, ReadsNoFurtherThanItIsAsked) {
  std::istringstream in("first\nsecond\n");
  TextInputs inputs;
  inputs.arguments = {"-"};
  const auto source = TextSource::Open(inputs, in, kMaxBytes);
  EXPECT_EQ((*source)->Next()->name, "first");
  std::string rest;
  std::getline(in, rest);
  EXPECT_EQ(rest, "second");
}

TEST(TextSourceTest, RefusesWhatCollectRefuses) {
  std::istringstream in;
  TextInputs inputs;
  EXPECT_THAT(TextSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kInvalidArgument));
  inputs.arguments = {"-"};
  inputs.texts_from = "-";
  EXPECT_THAT(TextSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kInvalidArgument));
  inputs.texts_from = "/no/such/file";
  EXPECT_THAT(TextSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ImageSourceTest, GivesWhatCollectGives) {
  const TempFolder folder;
  folder.Write("b/2.png", "two");
  folder.Write("b/1.jpg", "one");
  folder.Write("b/not.txt", "no picture");
  folder.Write("large.bmp", std::string(kMaxBytes + 1, 'a'));
  const std::string empty = folder.path() + "/empty";
  std::filesystem::create_directory(empty);
  ImageInputs inputs;
  inputs.arguments = {folder.path() + "/b", folder.path() + "/large.bmp"};
  inputs.files_from =
      folder.Write("list", folder.path() + "/b/2.png\n" + folder.path() +
                               "/none.png\n" + folder.path() + "/b\n" + empty);
  std::istringstream in;
  const auto collected = inputs.Collect(in, kMaxBytes);
  ASSERT_THAT(collected, IsOk());
  const auto source = ImageSource::Open(inputs, in, kMaxBytes);
  ASSERT_THAT(source, IsOk());
  const std::vector<SourceItem> items = AllOf(**source);
  EXPECT_THAT(items, SizeIs(8));
  ExpectSame(*collected, items);
}

TEST(ImageSourceTest, ReadsOnePictureFromStandardInput) {
  std::istringstream in("the bytes");
  ImageInputs inputs;
  inputs.arguments = {"-"};
  const auto source = ImageSource::Open(inputs, in, kMaxBytes);
  const std::vector<SourceItem> items = AllOf(**source);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(*items[0].content, "the bytes");
}

TEST(ImageSourceTest, RefusesWhatCollectRefuses) {
  std::istringstream in;
  ImageInputs inputs;
  EXPECT_THAT(ImageSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kInvalidArgument));
  inputs.arguments = {"-", "-"};
  EXPECT_THAT(ImageSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kInvalidArgument));
  inputs.arguments.clear();
  inputs.files_from = "/no/such/file";
  EXPECT_THAT(ImageSource::Open(inputs, in, kMaxBytes),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clip::client

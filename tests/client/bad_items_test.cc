#include "client/bad_items.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include "client/grpc_status.h"
#include "tests/client/fake_statuses.h"

namespace clip::client {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;

absl::Status Blaming(const std::vector<std::string>& paths) {
  google::rpc::BadRequest detail;
  for (const std::string& path : paths) {
    auto* violation = detail.add_field_violations();
    violation->set_field(path);
    violation->set_description("why");
  }
  absl::Status status = absl::InvalidArgumentError("bad");
  status.SetPayload(kBadRequestTypeUrl, absl::Cord(detail.SerializeAsString()));
  return status;
}

TEST(BadItemsTest, ReadsTheItemOfAGrpcStatus) {
  EXPECT_THAT(BadItemsOf(FromGrpcStatus(
                  BadItemStatus("images[12].encoded", "not an image"))),
              ElementsAre(FieldsAre("images", 12U, "not an image")));
}

TEST(BadItemsTest, ReadsEveryItemNamed) {
  EXPECT_THAT(BadItemsOf(Blaming({"texts[3]", "texts[0]"})),
              ElementsAre(FieldsAre("texts", 3U, "why"),
                          FieldsAre("texts", 0U, "why")));
}

TEST(BadItemsTest, PathsThatNameNoItemAreLeftOut) {
  EXPECT_THAT(BadItemsOf(Blaming({"options.dimensions", "images[]", "][",
                                  "images[x]", "images[-1]", ""})),
              IsEmpty());
}

TEST(BadItemsTest, OtherStatusesBlameNobody) {
  EXPECT_THAT(BadItemsOf(absl::OkStatus()), IsEmpty());
  EXPECT_THAT(BadItemsOf(absl::InvalidArgumentError("plain")), IsEmpty());
  EXPECT_THAT(BadItemsOf(FromGrpcStatus(FullStatus(1))), IsEmpty());
}

TEST(BadItemsTest, UnreadableDetailsBlameNobody) {
  absl::Status status = absl::InvalidArgumentError("bad");
  status.SetPayload(kBadRequestTypeUrl, absl::Cord("\xff\xff\xff"));
  EXPECT_THAT(BadItemsOf(status), IsEmpty());
}

}  // namespace
}  // namespace clip::client

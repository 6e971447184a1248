#include "server/service/served_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

std::vector<ServedModel> Named(std::initializer_list<const char*> names) {
  std::vector<ServedModel> models;
  for (const char* name : names) {
    ServedModel model;
    model.name = name;
    models.push_back(std::move(model));
  }
  return models;
}

TEST(ServedModelsTest, FindsAModelByName) {
  const auto models = ServedModels::Create(Named({"small", "large"}));
  ASSERT_THAT(models, IsOk());
  const auto found = models->Find("large");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->name, "large");
}

TEST(ServedModelsTest, AnEmptyNameIsTheFirstModel) {
  const auto models = ServedModels::Create(Named({"small", "large"}));
  ASSERT_THAT(models, IsOk());
  const auto found = models->Find("");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->name, "small");
}

TEST(ServedModelsTest, AnUnknownNameIsNotFound) {
  const auto models = ServedModels::Create(Named({"small"}));
  ASSERT_THAT(models, IsOk());
  EXPECT_THAT(models->Find("smal"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"smal\"")));
}

TEST(ServedModelsTest, RefusesTwoModelsOfOneName) {
  EXPECT_THAT(ServedModels::Create(Named({"a", "b", "a"})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"a\"")));
}

TEST(ServedModelsTest, RefusesNoModelsAndEmptyNames) {
  EXPECT_THAT(ServedModels::Create({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ServedModels::Create(Named({"a", ""})),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::server

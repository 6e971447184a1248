#include "server/service/label_set_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class LabelSetValidationTest : public ::testing::Test {
 protected:
  LabelSetValidationTest() {
    request_.set_name("pets-1.0_x");
    request_.add_labels("cat");
    request_.add_labels("dog");
    limits_.max_text_bytes = 100;
    limits_.label_sets.max_labels = 3;
  }

  absl::StatusOr<LabelSetSpec> Check() {
    return CheckLabelSet(request_, model_, limits_);
  }
  void ExpectBad(const std::string& message) {
    EXPECT_THAT(Check().status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr(message)));
  }

  v1::PutLabelSetRequest request_;
  ServedModel model_;
  ServiceLimits limits_;
};

TEST_F(LabelSetValidationTest, TheSimpleTemplatesAreTheDefault) {
  const auto spec = Check();
  ASSERT_THAT(spec, IsOk());
  EXPECT_THAT(spec->labels, ElementsAre("cat", "dog"));
  EXPECT_THAT(spec->templates, SizeIs(7));
  request_.set_template_set(v1::OPENAI);
  EXPECT_THAT(Check()->templates, SizeIs(80));
}

TEST_F(LabelSetValidationTest, OwnTemplatesReplaceThem) {
  request_.add_templates("a {}");
  EXPECT_THAT(Check()->templates, ElementsAre("a {}"));
  request_.set_template_set(v1::SIMPLE);
  ExpectBad("template_set: ");
}

TEST_F(LabelSetValidationTest, NamesArePlain) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a/b"),
        std::string("\xC3\xA4"), std::string(129, 'a')}) {
    request_.set_name(name);
    ExpectBad("name: 1 to 128");
  }
}

TEST_F(LabelSetValidationTest, BadLabelsAreNamed) {
  request_.add_labels("");
  ExpectBad("labels[2]: empty");
  request_.set_labels(2, "cat");
  ExpectBad("labels[2]: the same");
  request_.set_labels(2, std::string(200, 'x'));
  ExpectBad("labels[2]: ");
  request_.set_labels(2, "x");
  request_.add_labels("y");
  ExpectBad("labels: 4 labels; at most 3");
  request_.clear_labels();
  ExpectBad("labels: no label");
}

TEST_F(LabelSetValidationTest, BadTemplatesAreNamed) {
  request_.add_templates("{}");
  request_.add_templates("nothing");
  ExpectBad("templates[1]: ");
  request_.set_templates(1, std::string(200, 'x'));
  ExpectBad("templates[1]: 200 bytes");
  for (int i = 0; i < 100; ++i) request_.add_templates("{}");
  ExpectBad("templates: 102 templates");
}

TEST_F(LabelSetValidationTest, APromptOfManyPlaceholdersIsBounded) {
  request_.set_labels(1, std::string(10, 'x'));
  std::string text;
  for (int i = 0; i < 40; ++i) text += "{}";
  request_.add_templates(text);
  ExpectBad("labels[1]: 400 bytes in templates[0]");
}

TEST_F(LabelSetValidationTest, AnUnknownTemplateSetIsRefused) {
  request_.set_template_set(static_cast<v1::TemplateSet>(9));
  ExpectBad("template_set: 9");
}

TEST_F(LabelSetValidationTest, AModelOfTokenIdsTakesNoLabels) {
  model_.tokenizer_unavailable = "no such tokenizer";
  ExpectBad("no such tokenizer");
}

}  // namespace
}  // namespace clip::server

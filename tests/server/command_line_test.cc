#include "server/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    std::filesystem::create_directories(folder_ / "builtin" / "tiny");
  }

  absl::StatusOr<CommandLine> Parse(const std::vector<std::string>& arguments) {
    return ParseCommandLine(
        arguments,
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment_.find(name);
          if (found == environment_.end()) return std::nullopt;
          return found->second;
        });
  }

  // Parses with a model, which every server needs.
  absl::StatusOr<CommandLine> ParseWithModel(
      std::vector<std::string> arguments) {
    arguments.push_back("--model=/models/m");
    return Parse(std::move(arguments));
  }

  std::string WriteFile(const std::string& content) {
    const std::filesystem::path path = folder_ / "config.toml";
    std::ofstream(path) << content;
    return path;
  }

  const clip::testing::TempFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
  std::map<std::string, std::string> environment_;
};

TEST_F(CommandLineTest, DefaultsAreThoseOfTheConfig) {
  const auto parsed = ParseWithModel({});
  ASSERT_THAT(parsed, IsOk());
  const ServerConfig defaults;
  EXPECT_FALSE(parsed->print_and_exit.has_value());
  EXPECT_EQ(parsed->config.listen, defaults.listen);
  EXPECT_EQ(parsed->config.pipeline.max_batch_size,
            defaults.pipeline.max_batch_size);
  EXPECT_EQ(parsed->config.lame_duck, defaults.lame_duck);
  EXPECT_EQ(parsed->config.limits.max_text_bytes,
            defaults.limits.max_text_bytes);
  EXPECT_EQ(parsed->config.log_level, defaults.log_level);
  EXPECT_TRUE(parsed->config.reflection);
  EXPECT_FALSE(parsed->config.jpeg_scaled_decode);
  EXPECT_FALSE(parsed->config.batch_invariant);
}

TEST_F(CommandLineTest, ThePageIsOffUnlessItHasAnAddress) {
  auto parsed = ParseWithModel({});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.web_listen, "");
  environment_["CLIP_SERVER_WEB_LISTEN"] = "127.0.0.1:8080";
  environment_["CLIP_SERVER_WEB_HOST"] = "a.example,b.example";
  parsed = ParseWithModel({});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.web_listen, "127.0.0.1:8080");
  EXPECT_THAT(parsed->config.web_hosts,
              ::testing::ElementsAre("a.example", "b.example"));
  parsed = ParseWithModel({"--web-listen=[::1]:1", "--web-host", "c.example"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.web_listen, "[::1]:1");
  EXPECT_THAT(parsed->config.web_hosts, ::testing::ElementsAre("c.example"));
  EXPECT_THAT(
      ParseWithModel({"--web-listen=8080"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("HOST:PORT")));
}

TEST_F(CommandLineTest, ReadsEveryFlag) {
  const auto parsed = ParseWithModel({"--listen=127.0.0.1:0",
                                      "--metrics-listen",
                                      "[::1]:9000",
                                      "--device",
                                      "cuda:1,cuda:0",
                                      "--jpeg-scaled-decode",
                                      "--batch-invariant",
                                      "--cuda-graphs",
                                      "--cuda-kernels",
                                      "--dtype=int8",
                                      "--compute-threads=3",
                                      "--image-size=384",
                                      "--max-batch-size=7",
                                      "--max-batch-delay=2ms",
                                      "--target-latency=80ms",
                                      "--max-queue-items=99",
                                      "--max-queue-delay=1m30s",
                                      "--max-inflight-bytes=1000000",
                                      "--threads=5",
                                      "--max-message-bytes=64MiB",
                                      "--max-image-bytes=3MB",
                                      "--max-image-pixels=1000",
                                      "--max-items-per-call=12",
                                      "--max-text-bytes=100",
                                      "--lame-duck=0",
                                      "--shutdown-grace=9s",
                                      "--probe-period=0s",
                                      "--log-level=debug",
                                      "--log-format=json",
                                      "--no-reflection"});
  ASSERT_THAT(parsed, IsOk());
  const ServerConfig& config = parsed->config;
  EXPECT_EQ(config.listen, "127.0.0.1:0");
  EXPECT_EQ(config.metrics_listen, "[::1]:9000");
  EXPECT_EQ(config.device, "cuda:1,cuda:0");
  EXPECT_TRUE(config.jpeg_scaled_decode);
  EXPECT_TRUE(config.batch_invariant);
  EXPECT_TRUE(config.cuda_graphs);
  EXPECT_TRUE(config.cuda_kernels);
  EXPECT_EQ(config.dtype, "int8");
  EXPECT_EQ(config.compute_threads, 3);
  EXPECT_EQ(config.image_size, 384);
  EXPECT_EQ(config.pipeline.max_batch_size, 7);
  EXPECT_EQ(config.pipeline.max_batch_delay, absl::Milliseconds(2));
  EXPECT_EQ(config.pipeline.target_latency, absl::Milliseconds(80));
  EXPECT_EQ(config.pipeline.admission.max_queue_items, 99);
  EXPECT_EQ(config.pipeline.admission.max_queue_delay, absl::Seconds(90));
  EXPECT_EQ(config.pipeline.admission.max_inflight_bytes, 1000000U);
  EXPECT_EQ(config.pipeline.decode_threads, 5);
  EXPECT_EQ(config.max_message_bytes, 67108864U);
  EXPECT_EQ(config.limits.max_image_bytes, 3000000U);
  EXPECT_EQ(config.limits.max_image_pixels, 1000);
  EXPECT_EQ(config.limits.max_items_per_call, 12);
  EXPECT_EQ(config.limits.max_text_bytes, 100U);
  EXPECT_EQ(config.lame_duck, absl::ZeroDuration());
  EXPECT_EQ(config.shutdown_grace, absl::Seconds(9));
  EXPECT_EQ(config.probe_period, absl::ZeroDuration());
  EXPECT_EQ(config.log_level, LogLevel::kDebug);
  EXPECT_EQ(config.log_format, LogFormat::kJson);
  EXPECT_FALSE(config.reflection);
}

TEST_F(CommandLineTest, AFlagWinsOverTheEnvironmentOverTheFileOverTheDefault) {
  environment_["CLIP_SERVER_CONFIG"] = WriteFile(
      "threads = 1\nmax-batch-size = 11\nmax-queue-items = 111\n"
      "model = [\"a=/file/a\", \"/file/b\"]\nmax-batch-delay = \"3ms\"\n");
  environment_["CLIP_SERVER_MAX_BATCH_SIZE"] = "22";
  environment_["CLIP_SERVER_MAX_QUEUE_ITEMS"] = "222";
  const auto parsed = Parse({"--max-queue-items", "333"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.pipeline.decode_threads, 1);
  EXPECT_EQ(parsed->config.pipeline.max_batch_size, 22);
  EXPECT_EQ(parsed->config.pipeline.admission.max_queue_items, 333);
  EXPECT_EQ(parsed->config.pipeline.max_batch_delay, absl::Milliseconds(3));
  ASSERT_EQ(parsed->config.models.size(), 2U);
  EXPECT_EQ(parsed->config.models[1].directory, "/file/b");
}

TEST_F(CommandLineTest, ModelsOfAFlagReplaceThoseOfTheEnvironment) {
  environment_["CLIP_SERVER_MODEL"] = "a=/env/a,b=/env/b";
  auto parsed = Parse({});
  ASSERT_THAT(parsed, IsOk());
  ASSERT_EQ(parsed->config.models.size(), 2U);
  EXPECT_EQ(parsed->config.models[1].name, "b");
  parsed = Parse({"--model", "c=/flag/c"});
  ASSERT_THAT(parsed, IsOk());
  ASSERT_EQ(parsed->config.models.size(), 1U);
  EXPECT_EQ(parsed->config.models[0].name, "c");
  EXPECT_EQ(parsed->config.models[0].directory, "/flag/c");
}

TEST_F(CommandLineTest, AFlagWithoutAValueTakesOneFromTheEnvironment) {
  environment_["CLIP_SERVER_REFLECTION"] = "false";
  auto parsed = ParseWithModel({});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_FALSE(parsed->config.reflection);
  parsed = ParseWithModel({"--reflection"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_TRUE(parsed->config.reflection);
}

TEST_F(CommandLineTest, FindsBuiltInModelsByName) {
  const std::string builtin = folder_ / "builtin";
  const auto parsed = Parse({"--model", "tiny", "--builtin-dir", builtin});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.models[0].name, "tiny");
  EXPECT_EQ(parsed->config.models[0].directory, builtin + "/tiny");
  EXPECT_THAT(Parse({"--model", "huge", "--builtin-dir", builtin}),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("huge"), HasSubstr("has tiny"))));
}

TEST_F(CommandLineTest, RefusesWhatIsUnknownOrImpossible) {
  const struct {
    std::vector<std::string> arguments;
    const char* names;
  } cases[] = {
      {{"--max-bach-size=3"}, "--max-bach-size=3"},
      {{"stray"}, "stray"},
      {{"--threads=-1"}, "--threads"},
      {{"--threads=many"}, "--threads"},
      {{"--max-batch-size=0"}, "--max-batch-size"},
      {{"--max-batch-delay=2"}, "--max-batch-delay"},
      {{"--max-batch-delay=-2ms"}, "--max-batch-delay"},
      {{"--max-queue-delay=inf"}, "--max-queue-delay"},
      {{"--dtype=int4"}, "--dtype"},
      {{"--device=gpu"}, "--device"},
      {{"--device=cuda:x"}, "--device"},
      {{"--device=cuda:0,cuda:0"}, "--device"},
      {{"--listen=localhost"}, "--listen"},
      {{"--listen=localhost:70000"}, "--listen"},
      {{"--listen=:50051"}, "--listen"},
      {{"--max-message-bytes=0"}, "--max-message-bytes"},
      {{"--max-message-bytes=4GB"}, "--max-message-bytes"},
      {{"--log-level=loud"}, "--log-level"},
      {{"--lame-duck=30s", "--shutdown-grace=10s"}, "--lame-duck"},
      {{"--threads=1", "--threads=2"}, "--threads"},
      {{"--model==/m"}, "--model"},
  };
  for (const auto& test_case : cases) {
    EXPECT_THAT(
        ParseWithModel(test_case.arguments),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(test_case.names), Not(HasSubstr("\n")))))
        << test_case.names;
  }
}

TEST_F(CommandLineTest, NeedsAModel) {
  EXPECT_THAT(Parse({}), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("--model")));
}

TEST_F(CommandLineTest, TwoModelsNeedTwoNames) {
  EXPECT_THAT(
      ParseWithModel({"--model=/other/m"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--model m:")));
  EXPECT_THAT(ParseWithModel({"--model=n=/models/m"}), IsOk());
}

TEST_F(CommandLineTest, NamesTheEnvironmentVariableThatIsWrong) {
  environment_["CLIP_SERVER_MAX_BATCH_SIZE"] = "none";
  EXPECT_THAT(ParseWithModel({}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StartsWith("CLIP_SERVER_MAX_BATCH_SIZE: ")));
}

TEST_F(CommandLineTest, NamesTheFileAndTheKeyThatIsWrong) {
  const struct {
    const char* content;
    const char* names;
  } cases[] = {
      {"max_batch_size = 3\n", "unknown key max_batch_size"},
      {"[server]\nthreads = 3\n", "unknown key server."},
      {"this is no setting\n", "unknown key"},
      {"config = \"other.toml\"\n", "unknown key config"},
      {"threads = \"many\"\n", "--threads"},
  };
  for (const auto& test_case : cases) {
    const std::string path = WriteFile(test_case.content);
    EXPECT_THAT(ParseWithModel({"--config", path}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(StartsWith(path), HasSubstr(test_case.names))));
  }
}

TEST_F(CommandLineTest, AConfigFileMustBeThere) {
  EXPECT_THAT(
      ParseWithModel({"--config=/nowhere/config.toml"}),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/config.toml")));
}

TEST_F(CommandLineTest, PrintsHelpAndVersionInsteadOfServing) {
  auto parsed = Parse({"--help"});
  ASSERT_THAT(parsed, IsOk());
  ASSERT_TRUE(parsed->print_and_exit.has_value());
  EXPECT_THAT(*parsed->print_and_exit,
              AllOf(HasSubstr("--max-queue-items"), HasSubstr("1024")));
  parsed = Parse({"--version"});
  ASSERT_THAT(parsed, IsOk());
  ASSERT_TRUE(parsed->print_and_exit.has_value());
  EXPECT_THAT(*parsed->print_and_exit, StartsWith("clip_server "));
}

TEST_F(CommandLineTest, ReadsLabelSetsAndTheirLimits) {
  environment_["CLIP_SERVER_LABEL_SET"] = "a=/env/a,b=/env/b";
  auto parsed = ParseWithModel({"--max-label-sets", "3", "--max-labels-per-set",
                                "10", "--max-label-set-bytes", "1MiB"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_THAT(parsed->config.label_sets,
              ::testing::ElementsAre("a=/env/a", "b=/env/b"));
  EXPECT_EQ(parsed->config.limits.label_sets.max_sets, 3U);
  EXPECT_EQ(parsed->config.limits.label_sets.max_labels, 10);
  EXPECT_EQ(parsed->config.limits.label_sets.max_bytes, size_t{1} << 20);
  parsed = ParseWithModel({"--label-set", "c=/flag/c"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_THAT(parsed->config.label_sets, ::testing::ElementsAre("c=/flag/c"));
}

TEST_F(CommandLineTest, ReadsTheLimitsOfStreams) {
  const auto parsed =
      ParseWithModel({"--max-streams", "3", "--max-stream-items", "10",
                      "--max-stream-bytes", "1MiB"});
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->config.limits.stream.max_streams, 3);
  EXPECT_EQ(parsed->config.limits.stream.max_items, 10);
  EXPECT_EQ(parsed->config.limits.stream.max_bytes, size_t{1} << 20);
}

TEST_F(CommandLineTest, KeepsNoEmbeddingsUnlessToldTo) {
  EXPECT_EQ(ParseWithModel({})->config.cache_bytes, 0U);
  EXPECT_EQ(ParseWithModel({"--cache-bytes", "0"})->config.cache_bytes, 0U);
  EXPECT_EQ(ParseWithModel({"--cache-bytes", "1MiB"})->config.cache_bytes,
            size_t{1} << 20);
}

}  // namespace
}  // namespace clip::server

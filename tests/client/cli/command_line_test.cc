// clip_client as a user meets it, against a fake server.
#include <gmock/gmock.h>

#include <deque>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/cli/command_fixture.h"
#include "tests/client/fake_statuses.h"

namespace clip::client {
namespace {

using ::clip::testing::ReadWholeFile;

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

class CommandLineTest : public CommandFixture {
 protected:
  // Runs with the fake's address and returns the exit code.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, {"--server", server_.address()});
    return RunAsIs(std::move(arguments));
  }

  nlohmann::json Json() const { return nlohmann::json::parse(out_.str()); }
};

TEST_F(CommandLineTest, HelpIsASuccess) {
  EXPECT_EQ(RunAsIs({"--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("similarity"));
  EXPECT_EQ(RunAsIs({"encode-image", "--help"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("--concurrency"));
}

TEST_F(CommandLineTest, MistakesExitWithTwoAndSendNothing) {
  const std::vector<std::vector<std::string>> mistakes = {
      {"health", "--nonsense"},
      {"encode-image"},
      {"encode-text"},
      {"encode-text", "a", "--deadline", "soon"},
      {"encode-text", "a", "--deadline", "0s"},
      {"encode-text", "a", "--batch", "0"},
      {"encode-text", "a", "--concurrency", "-1"},
      {"encode-text", "a", "--dimensions", "-1"},
      {"encode-text", "a", "--priority", "high"},
      {"encode-text", "a", "--stream", "--batch", "8"},
      {"encode-text", "--stream"},
      {"encode-image", "--stream"},
      {"encode-text", "--stream", "--texts-from", "/no/such/file"},
      {"encode-text", "a", "--stream", "--output", "npy", "/no/such/f/x.npy"},
      {"health", "--server", "127.0.0.1:1,nowhere"},
      {"encode-text", "a", "--format", "float64"},
      {"encode-text", "a", "--output", "xml"},
      {"encode-text", "a", "--output", "npy"},
      {"encode-text", "a", "--output", "npy", "/no/such/folder/x.npy"},
      {"encode-text", "a", "--tls-root", "/no/such/file"},
      {"encode-text", "--texts-from", "/no/such/file"},
      {"classify", "a.jpg"},
      {"classify", "a.jpg", "--labels", " , "},
      {"classify", "a.jpg", "--labels", "a,b,a"},
      {"classify", "a.jpg", "--labels", "a", "--label-set", "b"},
      {"classify", "a.jpg", "--label-set", "b", "--templates", "openai"},
      {"classify", "a.jpg", "--labels", "a", "--templates", "/no/such/file"},
      {"classify", "-", "--labels-file", "-"},
      {"classify", "a.jpg", "--labels", "a", "--top", "0"},
      {"label-sets"},
      {"label-sets", "create"},
      {"label-sets", "create", "pets"},
      {"label-sets", "delete"},
      {"similarity", "a.jpg"},
      {"similarity", "--text", "a"},
      {"similarity", "-", "--texts-from", "-"},
      {"similarity", "a.jpg", "--text", "a", "--output", "npy", "x.npy"}};
  for (const std::vector<std::string>& mistake : mistakes) {
    EXPECT_EQ(Run(mistake), 2) << ::testing::PrintToString(mistake);
    EXPECT_THAT(err_.str(), Not(IsEmpty()));
  }
  EXPECT_EQ(RunAsIs({}), 2);
  EXPECT_EQ(RunAsIs({"dance"}), 2);
  EXPECT_THAT(server_.methods(), IsEmpty());
}

TEST_F(CommandLineTest, HealthPrintsAndReturnsTheState) {
  EXPECT_EQ(Run({"health"}), 0);
  EXPECT_EQ(out_.str(), "SERVING\n");
  server_.SetServing(false);
  EXPECT_EQ(Run({"health"}), 1);
  EXPECT_EQ(out_.str(), "NOT_SERVING\n");
  EXPECT_EQ(Run({"health", "--service", "no.such.Service"}), 4);
}

TEST_F(CommandLineTest, AServerThatIsNotThereExitsWithThree) {
  const std::string file = folder_.Write("a.jpg", "a");
  const std::vector<std::vector<std::string>> commands = {
      {"health"},
      {"info"},
      {"encode-image", file},
      {"encode-text", "a"},
      {"similarity", file, "--text", "a"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--server", "127.0.0.1:1"});
    EXPECT_EQ(RunAsIs(command), 3) << command[0];
    EXPECT_THAT(err_.str(), HasSubstr("no answer from 127.0.0.1:1"));
  }
}

TEST_F(CommandLineTest, InfoDescribesTheModels) {
  EXPECT_EQ(Run({"info"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("embedding     4 dimensions"));
  EXPECT_EQ(Run({"info", "--output", "json", "--model", "toy"}), 0);
  EXPECT_EQ(Json()["models"][0]["context_length"], 77);
  EXPECT_EQ(Run({"info", "--model", "other"}), 4);
  EXPECT_THAT(err_.str(), HasSubstr("NOT_FOUND: no such model"));
}

TEST_F(CommandLineTest, EncodesAFolderOfImages) {
  folder_.Write("b.png", "b");
  folder_.Write("sub/a.jpg", "a");
  EXPECT_EQ(Run({"encode-image", folder_.path(), "--output", "json"}), 0);
  ASSERT_THAT(Json()["items"], SizeIs(2));
  EXPECT_EQ(Json()["items"][0]["file"], folder_.path() + "/b.png");
  EXPECT_EQ(Json()["items"][0]["embedding"], (std::vector<int>{0, 0, 1, 0}));
  EXPECT_EQ(Json()["items"][1]["file"], folder_.path() + "/sub/a.jpg");
  EXPECT_EQ(Json()["model"]["name"], "toy");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CommandLineTest, PrintsATableByDefault) {
  EXPECT_EQ(Run({"encode-text", "a", "b"}), 0);
  EXPECT_EQ(out_.str(),
            "name  tokens  numbers  float32\n"
            "a         1         4    0.0000   1.0000   0.0000   0.0000\n"
            "b         1         4    0.0000   0.0000   1.0000   0.0000\n");
}

TEST_F(CommandLineTest, ReadsOneImageFromStandardInput) {
  in_.str("bytes of a picture");
  EXPECT_EQ(Run({"encode-image", "-"}), 0);
  EXPECT_THAT(server_.batches(),
              ElementsAre(ElementsAre("bytes of a picture")));
}

TEST_F(CommandLineTest, ReadsPathsFromStandardInput) {
  in_.str(folder_.Write("a.jpg", "a") + "\n" + folder_.Write("b.jpg", "b"));
  EXPECT_EQ(Run({"encode-image", "--files-from", "-"}), 0);
  EXPECT_THAT(server_.batches(), ElementsAre(ElementsAre("a", "b")));
}

TEST_F(CommandLineTest, ReadsTextsFromStandardInput) {
  in_.str("a cat\na dog\n");
  EXPECT_EQ(Run({"encode-text", "-"}), 0);
  EXPECT_THAT(server_.batches(), ElementsAre(ElementsAre("a cat", "a dog")));
}

TEST_F(CommandLineTest, WritesAnArrayAndItsSidecar) {
  const std::string file = folder_.path() + "/out.npy";
  EXPECT_EQ(Run({"encode-text", "--output", "npy", file, "a", "b"}), 0);
  EXPECT_THAT(ReadWholeFile(file), HasSubstr("'shape': (2, 4), "));
  EXPECT_EQ(ReadWholeFile(file).size(), 128 + size_t{2} * 4 * sizeof(float));
  const auto sidecar = nlohmann::json::parse(ReadWholeFile(file + ".json"));
  EXPECT_EQ(sidecar["names"], (std::vector<std::string>{"a", "b"}));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CommandLineTest, PassesTheOptionsOn) {
  EXPECT_EQ(Run({"encode-text", "a", "--no-normalize", "--dimensions", "3",
                 "--model", "toy"}),
            0);
  EXPECT_FALSE(server_.last_options().normalize());
  EXPECT_EQ(server_.last_options().dimensions(), 3U);
  EXPECT_EQ(server_.last_model(), "toy");
  EXPECT_EQ(Run({"encode-text", "a", "--normalize", "--format", "float16"}), 0);
  EXPECT_TRUE(server_.last_options().normalize());
  EXPECT_EQ(server_.last_options().format(), v1::FLOAT16);
}

TEST_F(CommandLineTest, ABadFileFailsByNameAndTheOthersAreDone) {
  const std::string good = folder_.Write("a.jpg", "a");
  const std::string bad = folder_.Write("b.jpg", "broken");
  const std::string missing = folder_.path() + "/c.jpg";
  const std::string last = folder_.Write("d.jpg", "d");
  server_.Refuse("broken");
  EXPECT_EQ(Run({"encode-image", good, bad, missing, last, "--output", "json"}),
            1);
  ASSERT_THAT(Json()["items"], SizeIs(2));
  EXPECT_EQ(Json()["items"][0]["file"], good);
  EXPECT_EQ(Json()["items"][1]["file"], last);
  EXPECT_THAT(Json()["errors"], SizeIs(2));
  EXPECT_THAT(err_.str(), HasSubstr("clip_client: " + bad + ": refused\n"));
  EXPECT_THAT(err_.str(), HasSubstr("clip_client: " + missing + ": cannot "));
  EXPECT_THAT(err_.str(), HasSubstr("2 answered, 2 failed, 0 not done\n"));
}

TEST_F(CommandLineTest, AFileAboveTheMessageCapFailsAlone) {
  const std::string good = folder_.Write("a.jpg", "a");
  const std::string large = folder_.Write("b.jpg", std::string(70'000, 'b'));
  EXPECT_EQ(Run({"encode-image", large, good, "--max-message-bytes", "65536"}),
            1);
  EXPECT_THAT(err_.str(), HasSubstr(large + ": more than 65536 bytes"));
  EXPECT_THAT(server_.batches(), ElementsAre(ElementsAre("a")));
}

TEST_F(CommandLineTest, RetriesWhileTheServerIsAwayForAMoment) {
  server_.Script(
      {{{grpc::StatusCode::UNAVAILABLE, "draining"}, "0"}, {FullStatus(1)}});
  EXPECT_EQ(Run({"encode-text", "a"}), 0);
  EXPECT_THAT(server_.methods(), SizeIs(3));
}

TEST_F(CommandLineTest, MaxAttemptsOfOneDoesNotRetry) {
  server_.Script({{FullStatus(1)}});
  EXPECT_EQ(Run({"encode-text", "a", "--max-attempts", "1"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("a: the queue is full"));
}

TEST_F(CommandLineTest, StreamsTextsOfAnyNumber) {
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += std::to_string(i) + "\n";
  in_.str(lines);
  EXPECT_EQ(Run({"encode-text", "-", "--stream", "--output", "json"}), 0)
      << err_.str();
  const nlohmann::json document = Json();
  ASSERT_THAT(document["items"], SizeIs(3000));
  EXPECT_EQ(document["items"][2999]["text"], "2999");
  EXPECT_EQ(document["model"]["name"], "toy");
  EXPECT_THAT(server_.methods(), Not(Contains("EncodeText")));
}

TEST_F(CommandLineTest, StreamsPicturesIntoAnArray) {
  folder_.Write("b.png", "b");
  folder_.Write("a.png", "a");
  const std::string array = folder_.path() + "/out.npy";
  server_.Refuse("b");
  EXPECT_EQ(Run({"encode-image", folder_.path(), "--stream", "--concurrency",
                 "1", "--output", "npy", array}),
            1);
  const auto sidecar = nlohmann::json::parse(ReadWholeFile(array + ".json"));
  EXPECT_THAT(sidecar["names"], ElementsAre(folder_.path() + "/a.png"));
  EXPECT_EQ(sidecar["errors"][0]["file"], folder_.path() + "/b.png");
  EXPECT_THAT(err_.str(), HasSubstr("b.png: "));
  EXPECT_THAT(ReadWholeFile(array), HasSubstr("(1, 4)"));
}

TEST_F(CommandLineTest, AStreamGoesOnAfterABreakAndSaysSo) {
  // It breaks with one item read and not answered.
  ScriptedStream breaks{1, {grpc::StatusCode::UNAVAILABLE, "draining"}};
  breaks.read_ahead = 2;
  server_.ScriptStreams({breaks});
  EXPECT_EQ(Run({"encode-text", "a", "b", "c", "d", "--stream", "--concurrency",
                 "2", "--output", "json"}),
            0);
  EXPECT_THAT(Json()["items"], SizeIs(4));
  EXPECT_THAT(err_.str(), HasSubstr("sent again"));
}

TEST_F(CommandLineTest, AStreamToNobodyExitsWithThree) {
  EXPECT_EQ(RunAsIs({"encode-text", "a", "--stream", "--server", "127.0.0.1:1",
                     "--max-attempts", "1"}),
            3);
  EXPECT_THAT(err_.str(), HasSubstr("no answer from 127.0.0.1:1"));
}

TEST_F(CommandLineTest, AStreamStopsWhereTheServerDoesNotKnowTheModel) {
  EXPECT_EQ(Run({"encode-text", "a", "--stream", "--model", "other"}), 4);
  EXPECT_THAT(server_.methods(), ElementsAre("GetModel"));
}

TEST_F(CommandLineTest, TellsTheServerThePriorityThatWasAskedFor) {
  EXPECT_EQ(Run({"encode-text", "a", "--priority", "bulk"}), 0);
  EXPECT_EQ(Run({"encode-text", "a"}), 0);
  EXPECT_THAT(server_.priorities(), ElementsAre("bulk", ""));
}

TEST_F(CommandLineTest, StopsWhereTheServerDoesNotKnowTheModel) {
  server_.Script({{{grpc::StatusCode::NOT_FOUND, "no model x"}}});
  EXPECT_EQ(Run({"encode-text", "a", "b", "--batch", "1", "--concurrency", "1",
                 "--model", "x"}),
            4);
  EXPECT_THAT(err_.str(), HasSubstr("NOT_FOUND: no model x"));
  EXPECT_THAT(err_.str(), HasSubstr("0 answered, 0 failed, 2 not done"));
  EXPECT_THAT(server_.methods(), SizeIs(1));
}

TEST_F(CommandLineTest, HoldsSoManyCallsInFlightAndNoMore) {
  const auto gate = std::make_shared<Gate>();
  constexpr int kConcurrency = 3;
  server_.Script(std::deque<ScriptedAnswer>(
      kConcurrency, {grpc::Status::OK, std::nullopt, gate}));
  std::vector<std::string> arguments = {"encode-text", "--batch", "1",
                                        "--concurrency", "3"};
  for (int i = 0; i < 12; ++i) arguments.push_back("text");
  auto exit_code =
      std::async(std::launch::async, [&] { return Run(arguments); });
  server_.AwaitCalls(kConcurrency);
  gate->Open();
  EXPECT_EQ(exit_code.get(), 0);
  EXPECT_EQ(server_.most_in_flight(), kConcurrency);
  EXPECT_THAT(server_.methods(), SizeIs(12));
}

TEST_F(CommandLineTest, ScoresImagesAgainstTexts) {
  folder_.Write("1.jpg", "a");
  folder_.Write("2.jpg", "b");
  EXPECT_EQ(Run({"similarity", "--text", "b text", "--text", "a text",
                 folder_.path(), "--output", "json", "--logits"}),
            0);
  EXPECT_EQ(Json()["texts"], (std::vector<std::string>{"b text", "a text"}));
  ASSERT_THAT(Json()["images"], SizeIs(2));
  EXPECT_EQ(Json()["images"][0]["best"], 1);
  EXPECT_EQ(Json()["images"][0]["logits"], (std::vector<int>{0, 10}));
  EXPECT_NEAR(Json()["images"][0]["probabilities"][1], 0.9999546, 1e-6);
  EXPECT_EQ(Json()["images"][1]["best"], 0);
}

TEST_F(CommandLineTest, SimilarityPrintsATableByDefault) {
  const std::string file = folder_.Write("1.jpg", "a");
  const std::string texts = folder_.Write("texts", "b text\na text\n");
  EXPECT_EQ(Run({"similarity", file, "--texts-from", texts}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("[2] a text\n"));
  EXPECT_THAT(out_.str(), HasSubstr("   *100.0 %  a text\n"));
}

TEST_F(CommandLineTest, ALogitBiasMakesProbabilitiesSigmoids) {
  server_.SetLogitBias(-10);
  const std::string file = folder_.Write("1.jpg", "a");
  EXPECT_EQ(Run({"similarity", file, "--text", "a", "--output", "json"}), 0);
  EXPECT_EQ(Json()["images"][0]["probabilities"][0], 0.5);
}

TEST_F(CommandLineTest, AListOfLabelsMayBeLongerThanACall) {
  const std::string first = folder_.Write("1.jpg", "a");
  const std::string second = folder_.Write("2.jpg", "b");
  std::vector<std::string> arguments = {
      "similarity", first, second, "--batch", "4", "--output", "json"};
  for (int i = 0; i < 5; ++i) {
    arguments.insert(arguments.end(), {"--text", i == 4 ? "b" : "c"});
  }
  EXPECT_EQ(Run(arguments), 0);
  EXPECT_THAT(server_.similarity_shapes(),
              ElementsAre(Pair(2, 2), Pair(2, 2), Pair(2, 1)));
  EXPECT_EQ(Json()["images"][1]["best"], 4);
  EXPECT_NEAR(Json()["images"][0]["probabilities"][0], 0.2, 1e-6);
  EXPECT_GT(Json()["images"][1]["probabilities"][4], 0.999);
}

TEST_F(CommandLineTest, ABadTextIsReportedAndLeftOut) {
  server_.Refuse("bad text");
  const std::string file = folder_.Write("1.jpg", "a");
  EXPECT_EQ(Run({"similarity", file, "--text", "bad text", "--text", "a",
                 "--output", "json"}),
            1);
  EXPECT_EQ(Json()["texts"], (std::vector<std::string>{"a"}));
  EXPECT_THAT(err_.str(), HasSubstr("bad text: refused"));
}

TEST_F(CommandLineTest, ABadImageDoesNotDisturbTheScoresOfOthers) {
  server_.Refuse("broken");
  const std::string bad = folder_.Write("1.jpg", "broken");
  const std::string good = folder_.Write("2.jpg", "a");
  EXPECT_EQ(Run({"similarity", bad, good, "--text", "a", "--output", "json"}),
            1);
  ASSERT_THAT(Json()["images"], SizeIs(1));
  EXPECT_EQ(Json()["images"][0]["file"], good);
  EXPECT_EQ(Json()["errors"][0]["file"], bad);
}

TEST_F(CommandLineTest, ProgressGoesToATerminalOnly) {
  std::vector<std::string> command = {"encode-text", "--batch", "1"};
  for (int i = 0; i < 20; ++i) command.push_back("text");
  EXPECT_EQ(Run(command), 0);
  EXPECT_THAT(err_.str(), IsEmpty());
  console_.err_is_terminal = true;
  EXPECT_EQ(Run(command), 0);
  EXPECT_THAT(err_.str(), HasSubstr("/20"));
}

TEST_F(CommandLineTest, ClassifyListsTheBestLabelsOfEachPicture) {
  const std::string templates = folder_.Write("templates.txt", "{}\n{c}s\n");
  const std::string picture = folder_.Write("picture.jpg", "cat");
  ASSERT_EQ(Run({"classify", picture, "--labels", "ant, bee ,cat",
                 "--templates", templates, "--top", "1"}),
            0)
      << err_.str();
  // Every template of a label comes after another, and the server keeps none.
  EXPECT_THAT(server_.batches()[0],
              ElementsAre("ant", "ants", "bee", "bees", "cat", "cats"));
  EXPECT_THAT(server_.methods(),
              ElementsAre("EncodeText", "EncodeImage", "Similarity"));
  EXPECT_THAT(out_.str(), HasSubstr("picture.jpg"));
  EXPECT_THAT(out_.str(), HasSubstr("*100.0 %  cat"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("ant")));
}

TEST_F(CommandLineTest, ClassifyWritesJson) {
  const std::string labels = folder_.Write("labels.txt", "ant\nbee\n");
  const std::string picture = folder_.Write("picture.jpg", "b");
  ASSERT_EQ(Run({"classify", picture, "--labels-file", labels, "--json"}), 0);
  EXPECT_THAT(Json()["texts"], ElementsAre("ant", "bee"));
  // The fake reads the first letter of a prompt only, so the labels tie.
  EXPECT_THAT(Json()["images"][0]["probabilities"], ElementsAre(0.5, 0.5));
  // The 7 simple templates are the default.
  EXPECT_THAT(server_.batches()[0], SizeIs(14));
}

TEST_F(CommandLineTest, ClassifyUsesASetThatTheServerKeeps) {
  ASSERT_EQ(Run({"label-sets", "create", "pets", "--labels", "ant,bee,cat"}),
            0);
  EXPECT_THAT(out_.str(), HasSubstr("3 labels x 7 templates"));
  const std::string picture = folder_.Write("picture.jpg", "bee");
  ASSERT_EQ(Run({"classify", picture, "--label-set", "pets", "--json"}), 0)
      << err_.str();
  EXPECT_EQ(Json()["images"][0]["best"], 1);
  EXPECT_THAT(server_.methods(), Not(Contains("EncodeText")));
  EXPECT_THAT(server_.similarity_shapes(), ElementsAre(Pair(1, 3)));
  EXPECT_EQ(Run({"classify", picture, "--label-set", "none"}), 4);
  EXPECT_THAT(err_.str(), HasSubstr("\"none\""));
}

TEST_F(CommandLineTest, ClassifyStopsAtALabelThatIsRefused) {
  server_.Refuse("the bee");
  const std::string templates = folder_.Write("templates.txt", "the {}\n");
  const std::string picture = folder_.Write("picture.jpg", "a");
  EXPECT_NE(Run({"classify", picture, "--labels", "ant,bee", "--templates",
                 templates}),
            0);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(server_.methods(), Not(Contains("EncodeImage")));
}

TEST_F(CommandLineTest, LabelSetsAreCreatedListedAndDeleted) {
  const std::string templates = folder_.Write("templates.txt", "my {}\n");
  ASSERT_EQ(Run({"label-sets", "create", "pets", "--labels", "ant,bee",
                 "--templates", templates, "--model", "toy"}),
            0);
  EXPECT_EQ(server_.last_put().model(), "toy");
  EXPECT_THAT(server_.last_put().templates(), ElementsAre("my {}"));
  ASSERT_EQ(Run({"label-sets", "create", "more", "--labels", "ant",
                 "--templates", "openai"}),
            0);
  EXPECT_EQ(server_.last_put().template_set(), v1::OPENAI);
  ASSERT_EQ(Run({"label-sets", "list", "--output", "json"}), 0);
  EXPECT_THAT(Json(), SizeIs(2));
  EXPECT_EQ(Json()[1]["name"], "pets");
  EXPECT_THAT(Json()[1]["labels"], ElementsAre("ant", "bee"));
  ASSERT_EQ(Run({"label-sets", "delete", "pets"}), 0);
  EXPECT_EQ(Run({"label-sets", "delete", "pets"}), 4);
}

}  // namespace
}  // namespace clip::client

#include "model/checkpoint/pickle_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "tests/model/checkpoint/pickle_program.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = PickleValue::Kind;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

absl::StatusOr<PickleDocument> Read(const std::string& pickle,
                                    const PickleOptions& options = {}) {
  return ReadPickle(
      {reinterpret_cast<const uint8_t*>(pickle.data()), pickle.size()},
      options);
}

const PickleValue& Root(const PickleDocument& document) {
  return document.values[document.root];
}

TEST(PickleReaderTest, ReadsADictOfTensors) {
  const std::string pickle = PickleProgram()
                                 .OrderedDict()
                                 .Raw("(")
                                 .Text("w")
                                 .Tensor(12, 2, {2, 3}, {4, 1})
                                 .Raw("u")
                                 .Stop();
  const auto document = Read(pickle);
  ASSERT_THAT(document, IsOk());
  const PickleValue& dict = Root(*document);
  ASSERT_EQ(dict.kind, Kind::kDict);
  ASSERT_EQ(dict.items.size(), 2U);
  const PickleValue& value = document->values[dict.items[1]];
  ASSERT_EQ(value.kind, Kind::kTensor);
  EXPECT_EQ(value.tensor->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(value.tensor->stride, (std::vector<int64_t>{4, 1}));
  EXPECT_EQ(value.tensor->offset, 2U);
  EXPECT_EQ(value.tensor->storage_key, "0");
}

TEST(PickleReaderTest, ReadsNumbersOfEveryWidth) {
  const struct {
    std::string opcode;
    int64_t value;
  } cases[] = {{{"K\xff", 2}, 255},
               {{"M\xff\xff", 3}, 65535},
               {{"J\xfe\xff\xff\xff", 5}, -2},
               {{"\x8a\0", 2}, 0},
               {{"\x8a\1\xff", 3}, -1},
               {{"\x8a\2\xff\0", 4}, 255}};
  for (const auto& param : cases) {
    const auto document = Read(PickleProgram().Raw(param.opcode).Stop());
    ASSERT_THAT(document, IsOk());
    EXPECT_EQ(Root(*document).kind, Kind::kInt);
    EXPECT_EQ(Root(*document).integer, param.value);
  }
}

TEST(PickleReaderTest, RefusesEveryOtherImportByName) {
  const struct {
    const char* module;
    const char* name;
  } cases[] = {{"os", "system"},
               {"posix", "system"},
               {"builtins", "eval"},
               {"__builtin__", "getattr"},
               {"argparse", "Namespace"},
               {"torch", "load"},
               {"torch", "ComplexFloatStorage"},
               {"torch._utils", "_rebuild_tensor_v3"},
               {"torch.FloatStorage", "__reduce__"},
               {"collections", "OrderedDict.fromkeys"},
               {"__torch__evil", "Module"},
               {"numpy.core.multiarray", "scalar"}};
  PickleOptions options;
  options.allow_modules = true;
  for (const auto& param : cases) {
    const std::string name =
        std::string(param.module) + "." + std::string(param.name);
    const auto by_line = PickleProgram()
                             .Raw("}(")
                             .Text("key")
                             .Global(param.module, param.name)
                             .Raw("(")
                             .Text("id")
                             .Raw("tRu")
                             .Stop();
    EXPECT_THAT(Read(by_line, options),
                StatusIs(kInvalid, AllOf(HasSubstr("'" + name + "'"),
                                         HasSubstr("key 'key'"))));
    const auto by_stack =
        PickleProgram().Text(param.module).Text(param.name).Raw("\x93").Stop();
    EXPECT_THAT(Read(by_stack, options),
                StatusIs(kInvalid, HasSubstr("'" + name + "'")));
  }
}

TEST(PickleReaderTest, KnowsModulesOnlyWhereTheyAreAllowed) {
  const std::string pickle =
      PickleProgram().Global("__torch__", "Clip").Raw(")\x81}b").Stop();
  EXPECT_THAT(Read(pickle), StatusIs(kInvalid, HasSubstr("__torch__.Clip")));
  PickleOptions options;
  options.allow_modules = true;
  ASSERT_THAT(Read(pickle, options), IsOk());
  EXPECT_EQ(Root(*Read(pickle, options)).kind, Kind::kModule);
}

TEST(PickleReaderTest, CallsNothingButItsOwnFunctions) {
  PickleOptions options;
  options.allow_modules = true;
  const std::string programs[] = {
      // A storage class, a module class, a string, an argument too many.
      PickleProgram().Global("torch", "FloatStorage").Raw(")R").Stop(),
      PickleProgram().Global("__torch__", "Clip").Raw(")R").Stop(),
      PickleProgram().Text("os.system").Raw(")R").Stop(),
      PickleProgram()
          .Global("collections", "OrderedDict")
          .Raw("K\1\x85R")
          .Stop(),
      PickleProgram().Global("collections", "OrderedDict").Raw(")\x81").Stop(),
      PickleProgram()
          .Global("torch._utils", "_rebuild_parameter")
          .Raw("NNN\x87R")
          .Stop(),
      PickleProgram()
          .Global("torch._utils", "_rebuild_tensor_v2")
          .Raw(")R")
          .Stop(),
      // A state for what has none, a state that is no dict.
      PickleProgram().Raw("]}b").Stop(),
      PickleProgram().Raw("}]b").Stop(),
  };
  for (const std::string& program : programs) {
    EXPECT_THAT(Read(program, options), StatusIs(kInvalid));
  }
}

TEST(PickleReaderTest, RefusesOpcodesThatWeightsDoNotNeed) {
  for (int opcode = 0; opcode < 256; ++opcode) {
    const std::string program = std::string(1, static_cast<char>(opcode));
    // OBJ, INST, EXT1, PUT, POP...
    if (program.find_first_of("oip0123gFILSVP\x82\x83\x84\x92\x97") ==
        std::string::npos) {
      continue;
    }
    EXPECT_THAT(Read(PickleProgram().Raw("}(N").Raw(program).Stop()),
                StatusIs(kInvalid, HasSubstr("opcode")))
        << opcode;
  }
}

TEST(PickleReaderTest, RefusesTensorsThatLie) {
  const struct {
    int64_t storage;
    int64_t offset;
    std::vector<int64_t> shape;
    std::vector<int64_t> stride;
  } cases[] = {
      {6, 0, {7}, {1}},
      {6, 1, {6}, {1}},
      {6, 6, {}, {}},
      {6, 0, {2, 3}, {4, 1}},
      {6, -1, {2}, {1}},
      {6, 0, {-1}, {1}},
      {6, 5, {6}, {-1}},
      {6, 0, {2, 3}, {3}},
      {-1, 0, {0}, {1}},
      {6, 7, {0}, {1}},
      // A stride of 0 would make a small file ask for much memory.
      {6, 0, {kHuge}, {0}},
      {6, 0, {4, 4}, {1, 1}},
      // Products and sums that wrap.
      {kHuge, 0, {kHuge, kHuge}, {1, 1}},
      {kHuge, 0, {int64_t{1} << 32, int64_t{1} << 32}, {1, 1}},
      {kHuge, kHuge - 1, {2}, {kHuge}},
      {6, 0, {2}, {kHuge}},
      {6, 0, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}},
  };
  for (const auto& param : cases) {
    const std::string program =
        PickleProgram()
            .Raw("}(")
            .Text("key")
            .Tensor(param.storage, param.offset, param.shape, param.stride)
            .Raw("u")
            .Stop();
    EXPECT_THAT(Read(program), StatusIs(kInvalid, HasSubstr("key 'key'")));
  }
}

TEST(PickleReaderTest, RefusesStoragesThatAreNone) {
  const std::string programs[] = {
      PickleProgram().Raw("NQ").Stop(),
      PickleProgram().Raw(")Q").Stop(),
      PickleProgram()
          .Raw("(")
          .Text("storage")
          .Text("torch")
          .Text("0")
          .Text("cpu")
          .Int(1)
          .Raw("tQ")
          .Stop(),
      PickleProgram()
          .Raw("(")
          .Text("module")
          .Global("torch", "FloatStorage")
          .Text("0")
          .Text("cpu")
          .Int(1)
          .Raw("tQ")
          .Stop(),
      PickleProgram()
          .Raw("(")
          .Text("storage")
          .Global("collections", "OrderedDict")
          .Text("0")
          .Text("cpu")
          .Int(1)
          .Raw("tQ")
          .Stop(),
  };
  for (const std::string& program : programs) {
    EXPECT_THAT(Read(program), StatusIs(kInvalid, HasSubstr("persistent id")));
  }
}

TEST(PickleReaderTest, RefusesAStackOrMemoThatIsMisused) {
  for (const char* program : {"",          "a",
                              "NN",        "(",
                              "t",         "u",
                              "e",         "s",
                              "q",         "h\1",
                              "j\1\1\1\1", "Na",
                              "(a",        "}(Nu",
                              "]Na]",      "N(\x85",
                              "]N\x93",    "X\xff\xff\xff\xffx",
                              "\x8a\xff",  "\x95",
                              "cos",       "cos\nsystem",
                              "K",         "G",
                              "Q",         "R",
                              "b",         "\x94",
                              "\x81"}) {
    EXPECT_THAT(Read("\x80\x02" + std::string(program)), StatusIs(kInvalid))
        << program;
  }
}

TEST(PickleReaderTest, RefusesAnUnknownProtocol) {
  EXPECT_THAT(Read(std::string("\x80\x06N.")),
              StatusIs(kInvalid, HasSubstr("protocol 6")));
}

TEST(PickleReaderTest, BoundsValuesStackMarksAndMemo) {
  PickleOptions options;
  options.max_values = 100;
  for (const char* unit : {"N", "(", "NQ", "]q\1h\1a", "}q\1h\1h\1s"}) {
    std::string program = "\x80\x02";
    for (int i = 0; i < 200; ++i) program += unit;
    EXPECT_THAT(Read(program + ".", options), StatusIs(kInvalid)) << unit;
  }
  std::string program = "\x80\x02N";
  for (int i = 0; i < 200; ++i) program += '\x94';
  EXPECT_THAT(Read(program + ".", options),
              StatusIs(kInvalid, HasSubstr("memo")));
  options.max_bytes = 10;
  EXPECT_THAT(Read(program + ".", options),
              StatusIs(kInvalid, HasSubstr("the limit is 10")));
}

TEST(PickleReaderTest, SurvivesDeepNestingAndListsThatHoldThemselves) {
  constexpr int kDepth = 100000;
  std::string nested = "\x80\x02";
  for (int i = 0; i < kDepth; ++i) nested += ']';
  for (int i = 1; i < kDepth; ++i) nested += 'a';
  EXPECT_THAT(Read(nested + "."), IsOk());
  EXPECT_THAT(Read(PickleProgram().Raw("]q\1h\1a").Stop()), IsOk());
}

// Many modules may name one dict as their state; its items must not multiply.
TEST(PickleReaderTest, CopiesNoStateTwice) {
  constexpr size_t kCount = 1000;
  PickleOptions options;
  options.allow_modules = true;
  PickleProgram program;
  program.Raw("(}(");
  for (size_t i = 0; i < kCount; ++i) program.Raw("NN");
  program.Raw("uq\1");
  for (size_t i = 0; i < kCount; ++i) {
    program.Global("__torch__", "M").Raw(")\x81h\1b");
  }
  const auto document = Read(program.Raw("t").Stop(), options);
  ASSERT_THAT(document, IsOk());
  size_t items = 0;
  for (const PickleValue& value : document->values) {
    if (value.kind == Kind::kModule) items += value.items.size();
  }
  EXPECT_EQ(items, 2 * kCount);
}

// Whatever one byte is changed to, an answer comes back.
TEST(PickleReaderTest, SurvivesChangedBytes) {
  PickleProgram program;
  program.OrderedDict().Raw("q\1(");
  for (const char* name : {"a", "b", "c"}) {
    program.Text(name)
        .Raw("q\2")
        .Tensor(12, 2, {2, 3}, {4, 1})
        .Raw("r\1\0\0\0");
  }
  const std::string pickle =
      program.Raw("u}").Text("_metadata").OrderedDict().Raw("sb").Stop();
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string changed = pickle;
    for (int j = 0; j <= i % 3; ++j) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    if (i % 5 == 0) changed.resize(random() % changed.size());
    (void)Read(changed);
  }
}

}  // namespace
}  // namespace clip::model

// SPDX-License-Identifier: Apache-2.0
//
// The pickle machine, by the rows P2 to P6 and P12 of the checklist of untrusted checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/cursor.h"
#include "core/checkpoint/pickle/machine.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::openedBy;
using test::PickleBuilder;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

Result<PickleValue> run(const std::string& bytes, const PickleLimits& limits = {}) {
  const auto source = memorySource("pickle", test::asBytes(bytes));
  PickleGraph graph(source);
  Cursor cursor(*source);
  return readPickle(cursor, graph, limits, {});
}

std::string errorOf(const std::string& bytes, const PickleLimits& limits = {}) {
  const auto value = run(bytes, limits);
  return value ? "" : value.error().message;
}

/// Every opcode after every kind of value, with operands cut off at each length.
TEST(PickleP2, SurvivesEveryOpcodeOnEveryKindOfStack) {
  const std::vector<std::string> preludes{"",
                                          "(",
                                          "N",
                                          "K\1",
                                          "K\1K\2",
                                          "]",
                                          "}",
                                          ")",
                                          "\x8F",
                                          "X\1\0\0\0a"s,
                                          "cos\nsystem\n",
                                          "cos\nsystem\n)",
                                          "cos\nsystem\n)R",
                                          "(K\1K\2",
                                          "(K\1",
                                          "N((",
                                          "Nq\0"s,
                                          "cx\ny\n)\x81",
                                          "K\1Q",
                                          "]K\1",
                                          "}K\1K\2",
                                          "](K\1K\2",
                                          "}(K\1K\2",
                                          "}(K\1",
                                          "K\1K\2K\3",
                                          "\x97",
                                          "\x82\1"};
  const std::vector<std::string> operands{
      "", "\0"s, "\1\0\0\0"s, "\1\0\0\0\0\0\0\0a"s, std::string(9, '\xFF'), "1\n", "a\nb\n", "'a'\n", "\x01z", "01\n"};
  for (int code = 0; code < 256; ++code)
    for (const std::string& prelude : preludes)
      for (const std::string& operand : operands)
        for (const std::string_view end : {"", "."}) {
          const auto value = run(prelude + static_cast<char>(code) + operand + std::string(end));
          ASSERT_TRUE(value || !value.error().message.empty());
        }
}

TEST(PickleP3, RefusesWhatPythonsMachineCouldNotDo) {
  EXPECT_THAT(errorOf("j\0\0\0\x80."s), HasSubstr("number 2147483648 in the memo expected, none found"));
  EXPECT_EQ(errorOf("Nr\xFF\xFF\xFF\xFFj\xFF\xFF\xFF\xFF."), "");
  EXPECT_THAT(errorOf("q\1."), HasSubstr("BINPUT: 1 values on the stack expected, 0 found"));
  EXPECT_THAT(errorOf("t."), HasSubstr("TUPLE: a mark on the stack expected"));
  EXPECT_THAT(errorOf("}(K\1u."), HasSubstr("an odd number of values found"));
  EXPECT_THAT(errorOf("(K\1d."), HasSubstr("an odd number of values found"));
  EXPECT_THAT(errorOf("K\1K\2a."), HasSubstr("APPEND: a list or an object expected"));
  EXPECT_THAT(errorOf("]K\1K\2s."), HasSubstr("SETITEM: a dict or an object expected"));
  EXPECT_THAT(errorOf("K\1}b."), HasSubstr("BUILD: an object expected below its state"));
  EXPECT_THAT(errorOf("K\1)R."), HasSubstr("the name of a function or class expected"));
  EXPECT_THAT(errorOf("cx\ny\nK\1R."), HasSubstr("arguments in a tuple expected"));
  EXPECT_THAT(errorOf("K\1K\2(\x87."), HasSubstr("3 values on the stack expected, 0 found"));
  EXPECT_THAT(errorOf("\x82\0."s), HasSubstr("above 0 expected"));
  EXPECT_THAT(errorOf("T\xFF\xFF\xFF\xFF."), HasSubstr("a negative one found"));
}

TEST(PickleP4, GoesRoundCyclesAndDownAnyDepthWithoutRecursion) {
  const auto list = openedBy("pickle", "\x80\2]q\0(h\0K\1e."s);
  ASSERT_TRUE(list);
  EXPECT_THAT(list->objects, Contains(Field(&InertObject::remark, HasSubstr("contains itself"))));
  const auto dict =
      openedBy("pickle", PickleBuilder().op('}').op('q').raw("\0"s).text("self").op('h').raw("\0"s).op('s').stop());
  ASSERT_TRUE(dict);
  EXPECT_EQ(dict->objects.front().name, "self");
  const auto built = openedBy("pickle", PickleBuilder()
                                            .global("x", "C")
                                            .op(')')
                                            .op('\x81')
                                            .op('q')
                                            .raw("\0"s)
                                            .op('}')
                                            .text("me")
                                            .op('h')
                                            .raw("\0"s)
                                            .op('s')
                                            .op('b')
                                            .stop());
  ASSERT_TRUE(built);
  const auto deep = openedBy("pickle", "\x80\2N" + std::string(1'000'000, '\x85') + ".");
  ASSERT_TRUE(deep);
  EXPECT_THAT(deep->objects, Contains(Field(&InertObject::remark, HasSubstr("deeper than 1000 levels"))));
}

/// A list of ten lists of ten lists ...: 10^12 values in 600 bytes.
std::string laughs() {
  PickleBuilder pickle;
  pickle.op(']').op('q').raw("\0"s);
  for (char level = 1; level <= 12; ++level) {
    pickle.op(']').op('(');
    for (int i = 0; i < 10; ++i) pickle.op('h').raw(std::string(1, static_cast<char>(level - 1)));
    pickle.op('e').op('q').raw(std::string(1, level));
  }
  return pickle.stop();
}

TEST(PickleP5, StopsBombsWithinASecond) {
  const auto begin = std::chrono::steady_clock::now();
  const auto listed = openedBy("pickle", laughs());
  ASSERT_TRUE(listed);
  EXPECT_THAT(test::joined(listed->warnings), HasSubstr("in very many places"));
  EXPECT_THAT(errorOf("\x8B\xFF\xFF\xFF\x7F."), HasSubstr("2147483647 bytes for LONG4 expected"));
  EXPECT_THAT(errorOf("\x8B" + std::string(3, '\0') + "\x80."), HasSubstr("a negative one found"));
  EXPECT_THAT(errorOf("\x8D" + std::string(7, '\0') + "\x80."),
              HasSubstr("9223372036854775808 bytes for BINUNICODE8 expected"));
  EXPECT_EQ(errorOf(repeated("N0", 5'000'000) + "N."), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));  // one, where nothing else runs
}

/// What bombs cost, in the units of PickleLimits rather than in seconds: a value takes 16 bytes, a node 32 and a number
/// of the memo 24 and twice that while it grows, so that each of these stays below 64 MiB. The limit itself is refused.
TEST(PickleP5, BombsCostNoMoreThanTheirBytes) {
  struct Bomb {
    std::string bytes;
    PickleLimits enough;
    std::string refusal = {};
  };
  const PickleLimits small{.opcodes = 1000, .stack = 200, .memo = 20, .nodes = 20, .values = 300};
  PickleLimits manyOpcodes = small, fullStack = small;
  manyOpcodes.opcodes = 10'000'002;
  fullStack.opcodes = 2'000'000;
  fullStack.stack = 1'000'000;
  const std::vector<Bomb> bombs{
      {laughs(), small},
      {repeated("N0", 5'000'000) + "N.", manyOpcodes},
      {"Nq\0"s + repeated("h\0"s, 1'500'000), fullStack, "at most 1000000 values on the stack"},
      {"N" + repeated("2", 1'500'000), fullStack, "at most 1000000 values on the stack"},
      {repeated("(", 1'500'000), fullStack, "at most 1000000 marks on the stack"},
      {"\x8B\xFF\xFF\xFF\x7F.", small, "2147483647 bytes for LONG4"},
      {"\x8D" + std::string(7, '\0') + "\x80.", small, "9223372036854775808 bytes for BINUNICODE8"},
  };
  for (const Bomb& bomb : bombs) EXPECT_THAT(errorOf(bomb.bytes, bomb.enough), HasSubstr(bomb.refusal));
  const PickleLimits ours;
  EXPECT_EQ(ours.opcodes, 50'000'000u);
  EXPECT_EQ(ours.stack, fullStack.stack);
  EXPECT_EQ(errorOf(repeated("N0", 1000) + "N.", {.opcodes = 2001}),
            "at most 2001 opcodes in a pickle expected, more found");
}

TEST(PickleP5, HoldsEachLimit) {
  const auto atAndOver = [](std::uint64_t PickleLimits::* limit, const std::string& at, const std::string& over) {
    PickleLimits limits;
    limits.*limit = 3;
    EXPECT_EQ(errorOf(at, limits), "");
    const auto value = run(over, limits);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Errc::LimitExceeded);
    EXPECT_THAT(value.error().message, HasSubstr("at most 3 "));
  };
  atAndOver(&PickleLimits::opcodes, "NN.", "NNN.");
  atAndOver(&PickleLimits::stack, "NNN.", "NNNN.");
  atAndOver(&PickleLimits::memo, "Nq\1q\2q\3.", "Nq\1q\2q\3q\4.");
  atAndOver(&PickleLimits::nodes, "]]].", "]]]].");
  atAndOver(&PickleLimits::values, "(NNNt.", "N(NNNt\x85.");
  atAndOver(&PickleLimits::globals, "ca\nb\nca\nc\nca\nd\n.", "ca\nb\nca\nc\nca\nd\nca\ne\n.");
  atAndOver(&PickleLimits::lineBytes, "I123\n.", "I1234\n.");
}

TEST(PickleP6, SaysWhatIsWrongAtTheEnd) {
  EXPECT_THAT(errorOf("N"), HasSubstr("the STOP of a pickle expected"));
  EXPECT_THAT(errorOf("."), HasSubstr("STOP: 1 values on the stack expected"));
  EXPECT_THAT(errorOf("\x80\xC8N."), HasSubstr("a protocol of at most 5 expected, 200 found"));
  EXPECT_THAT(errorOf("\x95\xFF\0\0\0\0\0\0\0N."s), HasSubstr("a frame of 255 bytes expected"));
  const auto tail = openedBy("pickle", "\x80\2}.abc");
  ASSERT_TRUE(tail);
  EXPECT_THAT(test::joined(tail->warnings), HasSubstr("3 bytes follow the pickle"));
  const auto two = openedBy(
      "pickle", PickleBuilder().op('}').stop() + PickleBuilder().global("os", "system").op(')').op('R').stop());
  ASSERT_TRUE(two);
  EXPECT_THAT(test::joined(two->warnings), HasSubstr("Another pickle follows"));
  EXPECT_THAT(two->objects, Contains(Field(&InertObject::suspicious, true)));
}

TEST(PickleP12, NamesValuesByTheirKeysIndicesAndAttributes) {
  PickleBuilder pickle;
  pickle.op('}')
      .op('(')
      .text("none")
      .op('N')
      .op('K')
      .raw("\7")
      .op('K')
      .raw("\1")
      .op('K')
      .raw("\1")
      .text("a")
      .op('\x86')
      .text("tuple key");
  pickle.op('N')
      .op('\x88')
      .text("betas")
      .op('G')
      .raw("\x3F\xE0\0\0\0\0\0\0"s)
      .op('K')
      .raw("\1")
      .op('\x86')
      .text("mixed");
  pickle.op(']').op('(').op('}').text("deep").op('K').raw("\2").op('s').op('K').raw("\3").op('e');
  const auto checkpoint = openedBy("pickle", pickle.op('u').stop());
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(test::metadataOf(*checkpoint, "none"), "None");
  EXPECT_EQ(test::metadataOf(*checkpoint, "7"), "1");
  EXPECT_EQ(test::metadataOf(*checkpoint, "(1, a)"), "tuple key");
  EXPECT_EQ(test::metadataOf(*checkpoint, "None"), "True");
  EXPECT_EQ(test::metadataOf(*checkpoint, "betas"), "[0.5, 1]");
  EXPECT_EQ(test::metadataOf(*checkpoint, "mixed.0.deep"), "2");
  EXPECT_EQ(test::metadataOf(*checkpoint, "mixed.1"), "3");
}

TEST(PickleP12, ReadsFiftyDictsInEachOther) {
  PickleBuilder pickle;
  std::string name = "0";
  for (int depth = 0; depth < 50; ++depth) {
    pickle.op('}').text(std::to_string(depth));
    if (depth > 0) name += "." + std::to_string(depth);
  }
  pickle.op('K').raw("\7");
  for (int depth = 0; depth < 50; ++depth) pickle.op('s');
  const auto checkpoint = openedBy("pickle", pickle.stop());
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(test::metadataOf(*checkpoint, name), "7");
}

TEST(PickleP12, ReadsTheStateOfAnOptimizer) {
  // {"state": {0: {"step": 3, "exp_avg": tensor}}, "param_groups": [{"lr": 0.5, "params": [0]}]}
  PickleBuilder pickle;
  pickle.op('}').text("state").op('}').op('K').raw("\0"s).op('}').text("step").op('K').raw("\3").op('s');
  pickle.text("exp_avg").tensor("FloatStorage", "0", 1, 0, {1}, {1}).op('s').op('s').op('s');
  pickle.text("param_groups").op(']').op('}').text("lr").op('G').raw("\x3F\xE0\0\0\0\0\0\0"s).op('s');
  pickle.text("params").op(']').op('K').raw("\0"s).op('a').op('s').op('a').op('s');
  const auto checkpoint = openedBy("pytorch", test::torchZip(pickle.stop(), {"\0\0\xC0\x3F"s}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(test::valuesOf(*checkpoint, "state.0.exp_avg"), std::vector<double>{1.5});
  EXPECT_EQ(test::metadataOf(*checkpoint, "state.0.step"), "3");
  EXPECT_EQ(test::metadataOf(*checkpoint, "param_groups.0.lr"), "0.5");
  EXPECT_EQ(test::metadataOf(*checkpoint, "param_groups.0.params"), "[0]");
}

TEST(PickleP12, ReadsProtocolZero) {
  const auto text =
      run("(dp0\nS'it\\'s "
          "\\x41'\np1\nI01\nsVgr\\u00fc\xdf\nL123456789012345678901234L\nsF-1.5e3\nL-7L\nsg1\n(lp2\nI3\naI-4\nas.");
  ASSERT_TRUE(text) << describe(text.error());
  EXPECT_EQ(text->kind, PickleKind::Dict);
  EXPECT_THAT(errorOf("I1x\n."), HasSubstr("a line with a number expected"));
  EXPECT_THAT(errorOf("S'a\n."), HasSubstr("text in quotes expected"));
  EXPECT_THAT(errorOf("V\\u12\n."), HasSubstr("four digits"));
}

}  // namespace
}  // namespace ulpscope

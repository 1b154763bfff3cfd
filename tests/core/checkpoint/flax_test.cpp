// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/base/cursor.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/msgpack.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/msgpack_builder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using namespace test::msgpack;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Shape = std::vector<std::uint64_t>;

Result<Checkpoint> open(std::string_view bytes, const OpenOptions& options = {}) {
  auto checkpoint = findCheckpointReader("flax")->open(memorySource("m", test::asBytes(bytes)), {.options = options});
  if (checkpoint) {
    EXPECT_EQ(test::brokenInvariant(*checkpoint, options.allowDamaged), "");
  }
  return checkpoint;
}

bool recognized(std::string_view bytes) {
  return findCheckpointReader("flax")->recognizes(*memorySource("m", test::asBytes(bytes)));
}

void expectRefused(const Result<Checkpoint>& checkpoint, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_FALSE(checkpoint) << "accepted, where expected: " << words;
  EXPECT_EQ(checkpoint.error().code, code) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint.error().message, HasSubstr(words));
}

std::vector<double> valuesOf(const Checkpoint& checkpoint, std::size_t tensor) {
  const auto source = checkpoint.source(tensor);
  EXPECT_TRUE(source) << describe(source.error());
  if (!source) return {};
  std::vector<double> values(source->info().elements);
  EXPECT_TRUE(source->readDoubles(0, values));
  return values;
}

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

const std::string kOne = flaxArray({2}, "float32", floats({1, 2}));

TEST(Flax, JoinsTheNamesOnTheWayToEachArray) {
  const auto checkpoint =
      open(map({{"params", map({{"Dense_0", map({{"kernel", kOne}, {"bias", flaxArray({}, "float64", "12345678")}})}})},
                {"opt", array({kOne, map({{"mu", flaxArray({2}, "int8", "\xFF\x01")}})})},
                {"empty", map({})}}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  std::vector<std::string> names;
  for (const TensorInfo& tensor : checkpoint->tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("params.Dense_0.kernel", "params.Dense_0.bias", "opt.0", "opt.1.mu"));
  EXPECT_THAT(valuesOf(*checkpoint, 0), ElementsAre(1, 2));
  EXPECT_THAT(valuesOf(*checkpoint, 3), ElementsAre(-1, 1));
  EXPECT_EQ(checkpoint->tensors[1].shape, Shape{});
  EXPECT_FALSE(checkpoint->tensors[0].storage) << "read as it lies in the file";
}

TEST(Flax, KeepsNumbersAndTextsAsMetadata) {
  const auto checkpoint =
      open(map({{"w", kOne},
                {"step", natural(1000)},
                {"rate", head(0xCB) + "\x3F\xF8\0\0\0\0\0\0"s},
                {"half", head(0xCA) + "\xBF\0\0\0"s},
                {"below", head(0xE0)},
                {"below8", head(0xD0) + "\x80"},
                {"above8", head(0xD1) + "\1\0"s},
                {"below64", head(0xD3) + "\x80\0\0\0\0\0\0\0"s},
                {"most", head(0xCF) + std::string(8, '\xFF')},
                {"name", text("adam")},
                {"none", head(0xC0)},
                {"yes", head(0xC3)},
                {"z", extension(2, array({head(0xCB) + std::string(8, '\0'), head(0xCA) + "\xBF\0\0\0"s}))}}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint->metadata,
              ElementsAre(Pair("step", "1000"), Pair("rate", "1.5"), Pair("half", "-0.5"), Pair("below", "-32"),
                          Pair("below8", "-128"), Pair("above8", "256"), Pair("below64", "-9223372036854775808"),
                          Pair("most", "18446744073709551615"), Pair("name", "adam"), Pair("none", "null"),
                          Pair("yes", "true"), Pair("z", "0 + -0.5i")));
}

TEST(Flax, PutsArraysInChunksTogether) {
  const auto chunked = [](std::string shape, std::string chunks) {
    return open(map({{"w", kOne},
                     {"big", map({{"__msgpack_chunked_array__", head(0xC3)}, {"shape", shape}, {"chunks", chunks}})},
                     {"after", natural(1)}}));
  };
  const std::string first = flaxArray({1}, "float32", floats({3})),
                    second = flaxArray({3}, "float32", floats({4, 5, 6}));
  const auto sound = chunked(map({{"0", natural(2)}, {"1", natural(2)}}), map({{"0", first}, {"1", second}}));
  ASSERT_TRUE(sound) << describe(sound.error());
  ASSERT_EQ(sound->tensors.size(), 2u);
  EXPECT_EQ(sound->tensors[1].name, "big");
  EXPECT_EQ(sound->tensors[1].shape, (Shape{2, 2}));
  EXPECT_THAT(valuesOf(*sound, 1), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(sound->metadata, ElementsAre(Pair("after", "1")));

  const auto remark = [&](std::string shape, std::string chunks) {
    const auto checkpoint = chunked(std::move(shape), std::move(chunks));
    EXPECT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_FALSE(checkpoint->source(1));
    return checkpoint ? checkpoint->tensors[1].remark : std::string();
  };
  EXPECT_THAT(remark(map({{"0", natural(5)}}), map({{"0", first}, {"1", second}})), HasSubstr("16 bytes found"));
  EXPECT_THAT(remark(map({{"0", natural(2)}}), map({{"0", first}, {"1", flaxArray({1}, "int32", "1234")}})),
              HasSubstr("several types"));
  expectRefused(chunked(map({{"1", natural(1)}}), map({{"0", first}})), "shape and the chunks", Errc::Damaged);
  expectRefused(chunked(map({{"0", natural(1)}}), map({{"1", first}})), "shape and the chunks", Errc::Damaged);
  expectRefused(chunked(map({{"0", first}}), map({{"0", first}})), "shape and the chunks", Errc::Damaged);
  expectRefused(chunked(map({{"0", natural(1)}}), map({})), "0 chunks found", Errc::Damaged);
  expectRefused(chunked(natural(1), map({{"0", first}})), "shape and the chunks", Errc::Damaged);
}

TEST(Flax, ListsWhatItCannotRead) {
  const auto checkpoint = open(map({{"good", kOne},
                                    {"narrow", flaxArray({2}, "int4", "12")},
                                    {"complex", flaxArray({1}, "complex64", "12345678")},
                                    {"short", flaxArray({2}, "float32", "1234567")},
                                    {"bytes", binary("123")},
                                    {"other", extension(5, "12345")},
                                    {"no_array", extension(1, "\x93")},
                                    {"no_tuple", extension(1, "x")},
                                    {"odd_complex", extension(2, array({natural(1), natural(2)}))},
                                    {"overflow", flaxArray({0xFFFFFFFF, 0xFFFFFFFF, 2}, "int8", "")},
                                    {"after", kOne}}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  std::vector<std::string> names, objects;
  for (const TensorInfo& tensor : checkpoint->tensors) names.push_back(tensor.name);
  for (const InertObject& object : checkpoint->objects) objects.push_back(object.name);
  EXPECT_THAT(names, ElementsAre("good", "narrow", "complex", "short", "after"));
  EXPECT_THAT(objects, ElementsAre("bytes", "other", "no_array", "no_tuple", "odd_complex", "overflow"));
  for (const std::size_t unreadable : {1u, 2u, 3u}) {
    EXPECT_FALSE(checkpoint->source(unreadable));
    EXPECT_FALSE(checkpoint->tensors[unreadable].remark.empty());
  }
  EXPECT_THAT(valuesOf(*checkpoint, 4), ElementsAre(1, 2));
}

TEST(Flax, GivesArraysOfOneNameNamesOfTheirOwn) {
  const auto checkpoint = open(map({{"a", kOne}, {"a", kOne}, {"b.c", kOne}, {"b", map({{"c", kOne}})}}));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tensors[1].name, "a (2)");
  EXPECT_EQ(checkpoint->tensors[3].name, "b.c (2)");
  EXPECT_EQ(checkpoint->warnings.size(), 1u);
}

TEST(Flax, OpensWhatIsSoundOfAFileThatIsCut) {
  const std::string whole = map({{"a", kOne}, {"b", kOne}});
  expectRefused(open(whole.substr(0, whole.size() - 1)), "bytes left", Errc::Damaged);
  const auto cut = open(whole.substr(0, whole.size() - 1), {.allowDamaged = true});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->tensors.size(), 1u);
  EXPECT_THAT(cut->warnings, ElementsAre(HasSubstr("Opened although damaged")));
  expectRefused(open(whole + "x"), "1 bytes follow", Errc::Damaged);
  EXPECT_TRUE(open(whole + "x", {.allowDamaged = true}));
  expectRefused(open(whole.substr(0, 5)), "bytes left");
}

TEST(Flax, BoundsDepthValuesAndNames) {
  const auto nested = [](int depth) {
    std::string bytes = kOne;
    for (int i = 0; i < depth; ++i) bytes = map({{"x", bytes}});
    return open(bytes);
  };
  EXPECT_TRUE(nested(64));
  expectRefused(nested(65), "at most 64 deep", Errc::LimitExceeded);
  expectRefused(open(std::string(1'000'000, '\x91')), "at most 64 deep", Errc::LimitExceeded);
  expectRefused(open("\x81\xA1x\xDD\xFF\xFF\xFF\xFF"s + kOne), "bytes expected at least");
  expectRefused(open("\x81\xA1x\xDF\xFF\xFF\xFF\xFF"s + kOne), "8589934590 bytes expected at least");
  expectRefused(open("\x81\xA1x\xC6\xFF\xFF\xFF\xFF"s + kOne), "bytes expected at least");
  expectRefused(open("\x81\xA1x\xC1"s + kOne), "0xC1");
  expectRefused(open(head(0x81) + natural(1)), "a value expected");
  expectRefused(open(head(0x81) + head(0xC0) + kOne), "a name expected");
  // Four million empty maps, in four million bytes: work without memory to show for it.
  expectRefused(
      open(map({{"w", kOne}, {"x", head(0xDD) + be<std::uint32_t>(4'000'000) + std::string(4'000'000, '\x80')}})),
      "values expected", Errc::LimitExceeded);
  // A name of 60,000 bytes on the way to 3,000 arrays.
  std::string leaves = head(0xDD) + be<std::uint32_t>(3'000);
  for (int i = 0; i < 3'000; ++i) leaves += flaxArray({}, "int8", "x");
  const std::string name = head(0xDA) + be<std::uint16_t>(60'000) + std::string(60'000, 'n');
  expectRefused(open(head(0x81) + name + leaves), "bytes together", Errc::LimitExceeded);
  expectRefused(open(head(0x81) + name + head(0x81) + name + kOne), "names of at most 65536", Errc::LimitExceeded);
}

TEST(Flax, IsRecognizedByAnArrayBehindNamesOnly) {
  EXPECT_TRUE(recognized(map({{"a", kOne}})));
  EXPECT_TRUE(recognized(map({{"step", natural(1)}, {"note", text("hello")}, {"a", map({{"b", kOne}})}})));
  EXPECT_FALSE(recognized(""));
  EXPECT_FALSE(recognized(map({})));
  EXPECT_FALSE(recognized(map({{"a", natural(1)}}))) << "MessagePack, but nothing of Flax";
  EXPECT_FALSE(recognized(map({{"a", extension(1, "time stamp")}})));
  EXPECT_FALSE(recognized(array({kOne})));
  EXPECT_FALSE(recognized(head(0x81) + natural(1) + kOne));
  EXPECT_FALSE(recognized("{\"a\": 1}"));
  EXPECT_FALSE(recognized("\x80\x02}q\0."s)) << "a pickle";
  EXPECT_FALSE(recognized(std::string(100'000, '\x81')));
  EXPECT_FALSE(recognized("\x81\xA1x\xDD\0\1\0\0"s + std::string(100'000, '\0'))) << "given up after some values";
}

TEST(Msgpack, ReadsEveryFirstByteOfTheSpecification) {
  using Kind = MsgpackHead::Kind;
  for (unsigned first = 0; first < 256; ++first) {
    const std::string bytes = head(first) + std::string(100, '\0');
    const auto source = memorySource("m", test::asBytes(bytes));
    Cursor cursor(*source, 0, source->size(), std::endian::big);
    const auto read = readMsgpackHead(cursor);
    ASSERT_EQ(read.has_value(), first != 0xC1) << first;
    if (!read) continue;
    const Kind expected = first < 0x80   ? Kind::Unsigned
                          : first < 0x90 ? Kind::Map
                          : first < 0xA0 ? Kind::Array
                          : first < 0xC0 ? Kind::Text
                          : first < 0xC1 ? Kind::Nil
                          : first < 0xC4 ? Kind::Bool
                          : first < 0xC7 ? Kind::Binary
                          : first < 0xCA ? Kind::Extension
                          : first < 0xCC ? Kind::Float
                          : first < 0xD4 ? Kind::Unsigned
                          : first < 0xD9 ? Kind::Extension
                          : first < 0xDC ? Kind::Text
                          : first < 0xDE ? Kind::Array
                          : first < 0xE0 ? Kind::Map
                                         : Kind::Signed;
    EXPECT_EQ(read->kind, expected) << first;
    if (first >= 0xD4 && first <= 0xD8) {
      EXPECT_EQ(read->length, 1u << (first - 0xD4));
    }
  }
}

}  // namespace
}  // namespace ulpscope

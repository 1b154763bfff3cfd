// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/hdf5_builder.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using test::asBytes;
using Builder = test::Hdf5Builder;
using testing::ElementsAre;
using testing::HasSubstr;

Result<Checkpoint> open(const std::string& bytes, bool allowDamaged = false) {
  return findCheckpointReader("hdf5")->open(memorySource("m.h5", asBytes(bytes)),
                                            {.options = {.allowDamaged = allowDamaged}});
}

std::string floats(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string deflatedStream(const std::string& bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  auto size = static_cast<uLongf>(out.size());
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

/// The file whose root group holds `object` by the name "x".
std::string withOne(Builder& file, std::uint64_t object) {
  return file.bytes(file.group({Builder::hardLink("x", object)}));
}

class Opened {
 public:
  explicit Opened(const std::string& bytes, bool allowDamaged = false) : m_checkpoint(open(bytes, allowDamaged)) {
    if (!m_checkpoint) throw std::runtime_error(describe(m_checkpoint.error()));
    EXPECT_EQ(test::brokenInvariant(*m_checkpoint, allowDamaged), "");
  }
  const Checkpoint& operator*() const { return *m_checkpoint; }
  const Checkpoint* operator->() const { return &*m_checkpoint; }
  const TensorInfo& tensor(std::string_view name) const {
    return m_checkpoint->tensors[m_checkpoint->find(name).value()];
  }

  std::vector<double> values(std::string_view name) const {
    const auto source = m_checkpoint->source(m_checkpoint->find(name).value());
    if (!source) throw std::runtime_error(describe(source.error()));
    std::vector<double> values(source->info().elements);
    if (auto read = source->readDoubles(0, values); !read) throw std::runtime_error(describe(read.error()));
    return values;
  }
  Result<double> first(std::string_view name) const {
    return m_checkpoint->source(m_checkpoint->find(name).value())->valueAt(0);
  }
  const InertObject& object(std::string_view name) const {
    for (const InertObject& object : m_checkpoint->objects)
      if (object.name == name) return object;
    throw std::runtime_error("no object " + std::string(name));
  }

 private:
  Result<Checkpoint> m_checkpoint;
};

std::string errorOf(const std::string& bytes) {
  const auto checkpoint = open(bytes);
  return checkpoint ? "accepted" : checkpoint.error().message;
}

TEST(Hdf5, ListsDatasetsByTheirPathsInTheOrderOfTheirData) {
  Builder file;
  const auto second = file.dataset(Builder::floatType(4), {2, 2}, floats({1, 2, 3, 4}));
  const auto third = file.dataset(Builder::floatType(4), {}, floats({5}));
  const auto inner = file.group({Builder::hardLink("b", third), Builder::hardLink("c", second)});
  const Opened opened(file.bytes(file.group({Builder::hardLink("g", inner), Builder::text("version", "1.0")})));
  ASSERT_EQ(opened->tensors.size(), 2u);
  EXPECT_EQ(opened->tensors[0].name, "g/c");
  EXPECT_EQ(opened->tensors[1].name, "g/b");
  EXPECT_THAT(opened.tensor("g/c").shape, ElementsAre(2, 2));
  EXPECT_TRUE(opened.tensor("g/b").shape.empty());
  EXPECT_EQ(opened.tensor("g/c").storage, nullptr) << "contiguous elements are read where they lie";
  EXPECT_THAT(opened.values("g/c"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(opened.values("g/b"), ElementsAre(5));
  EXPECT_THAT(opened->metadata, ElementsAre(std::pair<std::string, std::string>("version", "1.0")));
  EXPECT_TRUE(opened->warnings.empty());
}

TEST(Hdf5, OpensFromAFileOnDiskWithoutItsNameBeingAsked) {
  Builder file;
  const test::TemporaryFolder folder;
  const auto path = folder.write("no extension", withOne(file, file.dataset(Builder::floatType(4), {1}, floats({7}))));
  const auto checkpoint = openCheckpoint(path);
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ((*checkpoint)->source(0)->valueAt(0).value(), 7);
  std::filesystem::resize_file(path, 100);
  EXPECT_EQ((*checkpoint)->verifyUnchanged().error().code, Errc::Changed);
}

TEST(Hdf5H1, RefusesAFileThatCrashesTheLibraryAndGoesOn) {
  std::string bytes =
      test::TemporaryFolder::read(sourcePath("tests/golden/checkpoints/hdf5/layouts_latest/layouts_latest.h5"));
  ASSERT_TRUE(open(bytes));
  // In the B-tree of the root group's links: HDF5 1.10.8 then frees links that it never read (signal 11).
  bytes.at(0x7317) ^= 1;
  EXPECT_THAT(errorOf(bytes),
              testing::AnyOf(HasSubstr("crashed on this file (signal 11"), HasSubstr("cannot read it")));
}

TEST(Hdf5H2, ShowsSoftAndExternalLinksWithoutFollowingThem) {
  Builder file;
  const Opened opened(file.bytes(file.group({Builder::softLink("loop", "/loop"), Builder::softLink("soft", "/nowhere"),
                                             Builder::externalLink("out", "/etc/passwd", "/x")})));
  EXPECT_TRUE(opened->tensors.empty());
  EXPECT_EQ(opened.object("loop").type, "soft link");
  EXPECT_THAT(opened.object("soft").remark, HasSubstr("\"/nowhere\""));
  EXPECT_EQ(opened.object("out").type, "external link");
  EXPECT_THAT(opened.object("out").remark, HasSubstr("\"/etc/passwd:/x\" in another file and is not followed"));
  EXPECT_TRUE(opened.object("out").suspicious);
}

TEST(Hdf5H2, ShowsAGroupThatHoldsItselfOnceAndSharedDatasetsAsShared) {
  Builder file;
  const auto weight = file.dataset(Builder::floatType(4), {1}, floats({7}));
  // The root group is written last: its address is that of the data behind it.
  const std::uint64_t root = file.here();
  const Opened opened(file.bytes(
      file.group({Builder::hardLink("a", weight), Builder::hardLink("b", weight), Builder::hardLink("self", root)})));
  ASSERT_EQ(opened->tensors.size(), 2u);
  EXPECT_EQ(opened.tensor("b").sharesWith, 0u);
  EXPECT_EQ(opened->totalBytes(), 4u);
  EXPECT_EQ(opened.object("self").remark, "a second name of the root group");
}

TEST(Hdf5H2, NamesExternalStorageAndVirtualDatasetsAsNotOpened) {
  Builder file;
  const std::string names = std::string(8, '\0') + "/etc/passwd" + std::string(5, '\0');
  const auto namesAt = file.data(names);
  const auto heap = file.data("HEAP" + Builder::number(0, 4) + Builder::number(names.size(), 8) +
                              Builder::number(1, 8) + Builder::number(namesAt, 8));
  const auto external = file.object({Builder::space({4}), Builder::type(Builder::integerType(1, false)),
                                     Builder::contiguous(Builder::kNowhere, 4), Builder::externalFile(heap, 8, 4)});
  const auto elsewhere =
      file.object({Builder::space({4}), Builder::type(Builder::floatType(4)), Builder::virtualLayout()});
  const Opened opened(
      file.bytes(file.group({Builder::hardLink("external", external), Builder::hardLink("virtual", elsewhere)})));
  for (const auto& [name, kind] : {std::pair("external", "external storage"), {"virtual", "a virtual dataset"}}) {
    EXPECT_EQ(opened.tensor(name).type, nullptr);
    EXPECT_THAT(opened.tensor(name).remark, HasSubstr(kind));
  }
}

TEST(Hdf5H3, FindsTheFileBehindAUserBlockOfAnySize) {
  for (const std::uint64_t block : {512u, 1024u, 2048u, 4096u}) {
    Builder file;
    const auto plain = file.dataset(Builder::floatType(4), {2}, floats({1, 2}));
    const auto at = file.data(floats({3, 4}));
    const auto chunk = file.object({Builder::space({2}), Builder::type(Builder::floatType(4)),
                                    Builder::filters({{2, {1}}}), Builder::oneChunk({2}, 4, at, 8)});
    const Opened opened(
        file.bytes(file.group({Builder::hardLink("plain", plain), Builder::hardLink("chunk", chunk)}), block));
    EXPECT_THAT(opened.values("plain"), ElementsAre(1, 2)) << block;
    EXPECT_THAT(opened.values("chunk"), ElementsAre(3, 4)) << block;
  }
}

TEST(Hdf5H3, RefusesAFileThatIsCutOffAndOpensWhatIsThereOnDemand) {
  Builder file;
  const auto first = file.dataset(Builder::floatType(4), {2}, floats({1, 2}));
  const std::uint64_t end = file.here() + 400;  // the second lies behind the rest of the file
  const auto second =
      file.object({Builder::space({100}), Builder::type(Builder::floatType(4)), Builder::contiguous(end, 400)});
  const auto turned =
      file.object({Builder::space({100}), Builder::type(Builder::floatType(4, true)), Builder::contiguous(end, 400)});
  const auto root =
      file.group({Builder::hardLink("a", first), Builder::hardLink("b", second), Builder::hardLink("c", turned)});
  ASSERT_LT(file.here(), end);
  file.data(std::string(end + 400 - file.here(), '\0'));
  const std::string whole = file.bytes(root);
  EXPECT_EQ(open(whole)->tensors.size(), 3u);
  const std::string cut = whole.substr(0, whole.size() - 100);

  const auto refused = open(cut);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Damaged);
  EXPECT_THAT(refused.error().message, HasSubstr("unfinished download"));
  const Opened opened(cut, true);
  EXPECT_THAT(opened.values("a"), ElementsAre(1, 2));
  EXPECT_THAT(opened->warnings, ElementsAre("Opened although damaged: not all in the file: \"b\" and 1 more."));
  EXPECT_EQ(opened->source(opened->find("b").value()).error().code, Errc::Damaged);
  EXPECT_EQ(opened.tensor("c").remark, "its elements are not all in the file");
}

TEST(Hdf5H3, RefusesADatasetOutsideTheFile) {
  Builder file;
  const auto far =
      file.object({Builder::space({4}), Builder::type(Builder::floatType(4)), Builder::contiguous(1 << 20, 16)});
  EXPECT_THAT(errorOf(withOne(file, far)), HasSubstr("but the file has"));
}

TEST(Hdf5H3, EndsWhereGroupsNestTooDeep) {
  Builder file;
  std::uint64_t object = file.dataset(Builder::floatType(4), {1}, floats({1}));
  for (int depth = 0; depth < 70; ++depth) object = file.group({Builder::hardLink("g", object)});
  const Opened opened(file.bytes(object));
  ASSERT_EQ(opened->objects.size(), 1u);
  EXPECT_THAT(opened->objects[0].remark, HasSubstr("depth of 64"));
}

/// A dataset of four floats in one chunk.
std::string chunked(const std::string& stored, const std::vector<Builder::Filter>& filters, std::uint32_t mask = 0) {
  Builder file;
  const auto at = file.data(stored);
  return withOne(file, file.object({Builder::space({4}), Builder::type(Builder::floatType(4)),
                                    Builder::filters(filters), Builder::oneChunk({4}, 4, at, stored.size(), mask)}));
}

/// Fletcher's sum of 16-bit words, the slow way.
std::string withChecksum(const std::string& bytes) {
  std::uint32_t first = 0, second = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    first = (first + static_cast<unsigned char>(bytes[i]) * 256u + static_cast<unsigned char>(bytes[i + 1])) % 65535;
    second = (second + first) % 65535;
  }
  return bytes + Builder::number(second << 16 | first, 4);
}

std::string shuffled(const std::string& bytes, std::size_t size) {
  std::string out;
  for (std::size_t part = 0; part < size; ++part)
    for (std::size_t i = part; i < bytes.size(); i += size) out += bytes[i];
  return out;
}

TEST(Hdf5H4, ReadsThroughDeflateShuffleAndFletcher32InAnyOrder) {
  const std::string plain = floats({1, -2, 0.5, 4096});
  const auto expect = [](const std::string& bytes) {
    EXPECT_THAT(Opened(bytes).values("x"), ElementsAre(1, -2, 0.5, 4096));
  };
  expect(chunked(deflatedStream(plain), {{1, {6}}}));
  expect(chunked(shuffled(plain, 4), {{2, {4}}}));
  expect(chunked(withChecksum(plain), {{3, {}}}));
  expect(chunked(deflatedStream(withChecksum(shuffled(plain, 4))), {{2, {4}}, {3, {}}, {1, {6}}}));
  expect(chunked(plain, {{1, {6}}, {3, {}}}, 3));  // both left out
}

TEST(Hdf5H4, NamesTheFilterThatIsNotSupported) {
  const std::string plain = floats({1, 2, 3, 4});
  const auto remark = [&](Builder::Filter filter) {
    return Opened(chunked(plain, {std::move(filter)})).tensor("x").remark;
  };
  EXPECT_EQ(remark({4, {141, 32}}), "filter 4 (szip) is not supported");
  EXPECT_EQ(remark({32000, {}, "mine"}), "filter 32000 (lzf) is not supported");
  EXPECT_EQ(remark({32001, {}, "blosc"}), "filter 32001 (blosc) is not supported");
  EXPECT_EQ(remark({32999, {}, "secret"}), "filter 32999 (secret) is not supported");
}

TEST(Hdf5H4, ReportsDamagedChunksWhenTheyAreRead) {
  const std::string plain = floats({1, 2, 3, 4});
  std::string sum = withChecksum(plain);
  sum[5] ^= 1;
  EXPECT_THAT(Opened(chunked(sum, {{3, {}}})).first("x").error().message, HasSubstr("checksum"));
  EXPECT_THAT(Opened(chunked("not a stream", {{1, {6}}})).first("x").error().message,
              HasSubstr("inflates to 16 bytes"));
  EXPECT_THAT(Opened(chunked(deflatedStream(plain + plain), {{1, {6}}})).first("x").error().message,
              HasSubstr("inflates to 16 bytes"));
  EXPECT_THAT(Opened(chunked(plain.substr(4), {{2, {4}}})).first("x").error().message,
              HasSubstr("16 bytes expected, 12 found"));
}

TEST(Hdf5H5, ReadsTheFillValueOfWhatWasNeverWrittenAtNoCost) {
  Builder file;
  const std::uint64_t many = 1'000'000'000'000'000;
  const auto value = file.object({Builder::space({many}), Builder::type(Builder::floatType(8, true)),
                                  Builder::contiguous(Builder::kNowhere, many * 8),
                                  Builder::fill(std::string("\x40\x04\0\0\0\0\0\0", 8))});
  const auto zeros = file.object(
      {Builder::space({many}), Builder::type(Builder::floatType(8)), Builder::contiguous(Builder::kNowhere, many * 8)});
  const Opened opened(file.bytes(file.group({Builder::hardLink("v", value), Builder::hardLink("z", zeros)})));
  EXPECT_EQ(opened.first("v").value(), 2.5);
  EXPECT_EQ(opened->source(0)->valueAt(many - 1).value(), 2.5);
  EXPECT_EQ(opened.first("z").value(), 0);
  EXPECT_EQ(opened->totalBytes(), 0u);
}

TEST(Hdf5H5, AllocatesNoMoreForAChunkThanItsBytesCanYield) {
  Builder file;
  const std::string stored = deflatedStream(std::string(4000, '\0'));
  const auto at = file.data(stored);
  const std::uint64_t claimed = 1 << 27;  // floats: 512 MiB from some 20 bytes
  const auto bomb = file.object({Builder::space({claimed}), Builder::type(Builder::floatType(4)),
                                 Builder::filters({{1, {6}}}), Builder::oneChunk({claimed}, 4, at, stored.size())});
  const auto larger =
      file.object({Builder::space({claimed * 4}), Builder::type(Builder::floatType(4)), Builder::filters({{1, {6}}}),
                   Builder::oneChunk({claimed * 4}, 4, at, stored.size())});
  const Opened opened(file.bytes(file.group({Builder::hardLink("bomb", bomb), Builder::hardLink("larger", larger)})));
  EXPECT_THAT(opened.first("bomb").error().message, HasSubstr("cannot yield them"));
  EXPECT_THAT(opened.tensor("larger").remark, HasSubstr("chunks of at most 1073741824 bytes"));
}

TEST(Hdf5H6, ReadsNumbersOfBothByteOrdersAndBooleans) {
  Builder file;
  const std::vector<std::pair<std::string, std::uint64_t>> numbers{
      {"f16", file.dataset(Builder::floatType(2), {1}, std::string("\x00\x3E", 2))},
      {"f16b", file.dataset(Builder::floatType(2, true), {1}, std::string("\x3E\x00", 2))},
      {"f32b", file.dataset(Builder::floatType(4, true), {1}, std::string("\x3F\xC0\0\0", 4))},
      {"f64b", file.dataset(Builder::floatType(8, true), {1}, std::string("\x3F\xF8\0\0\0\0\0\0", 8))},
      {"bf16", file.dataset(Builder::floatType(2, 15, 7, 8, 7, 127), {1}, std::string("\xC0\x3F", 2))},
      {"i8", file.dataset(Builder::integerType(1, true), {1}, "\xFE")},
      {"u8", file.dataset(Builder::integerType(1, false), {1}, "\xFE")},
      {"i16b", file.dataset(Builder::integerType(2, true, true), {1}, "\xFF\xFE")},
      {"u64b", file.dataset(Builder::integerType(8, false, true), {1}, std::string("\0\0\0\0\0\0\1\2", 8))},
      {"bool", file.dataset(Builder::boolType(), {2}, std::string("\1\0", 2))},
  };
  std::vector<Builder::Message> links;
  for (const auto& [name, object] : numbers) links.push_back(Builder::hardLink(name, object));
  const Opened opened(file.bytes(file.group(links)));
  for (const char* name : {"f16", "f16b", "f32b", "f64b", "bf16"})
    EXPECT_THAT(opened.values(name), ElementsAre(1.5)) << name;
  EXPECT_THAT(opened.values("i8"), ElementsAre(-2));
  EXPECT_THAT(opened.values("u8"), ElementsAre(254));
  EXPECT_THAT(opened.values("i16b"), ElementsAre(-2));
  EXPECT_THAT(opened.values("u64b"), ElementsAre(258));
  EXPECT_THAT(opened.values("bool"), ElementsAre(1, 0));
  EXPECT_EQ(opened.tensor("bool").type->name, "BOOL");
  EXPECT_EQ(opened.tensor("f32b").storedType, "F32 (big-endian)");
}

TEST(Hdf5H6, ListsWhatIsNotANumberWithTheReason) {
  Builder file;
  const auto text = file.dataset(Builder::textType(3), {1}, "abc");
  const auto opaque = file.dataset(Builder::opaqueType(2), {1}, "ab");
  const auto extended = file.dataset(Builder::floatType(16, 79, 64, 15, 63, 16383), {1}, std::string(16, 'x'));
  const auto odd = file.dataset(Builder::number(0x10, 1) + Builder::number(0, 3) + Builder::number(2, 4) +
                                    Builder::number(0, 2) + Builder::number(12, 2),
                                {1}, "ab");
  const auto object = file.dataset(Builder::referenceType(false), {1}, std::string(8, '\0'));
  const auto region = file.dataset(Builder::referenceType(true), {1}, std::string(12, '\xFF'));
  const Opened opened(file.bytes(file.group(
      {Builder::hardLink("text", text), Builder::hardLink("opaque", opaque), Builder::hardLink("extended", extended),
       Builder::hardLink("odd", odd), Builder::hardLink("object", object), Builder::hardLink("region", region)})));
  ASSERT_EQ(opened->tensors.size(), 6u);
  for (const char* name : {"object", "region"})
    EXPECT_EQ(opened.tensor(name).remark, "its elements are not numbers, but of the kind reference") << name;
  EXPECT_EQ(opened.tensor("text").remark, "its elements are not numbers, but of the kind text");
  EXPECT_THAT(opened.tensor("opaque").remark, HasSubstr("opaque"));
  EXPECT_THAT(opened.tensor("extended").remark, HasSubstr("15 exponent bits"));
  EXPECT_EQ(opened.tensor("odd").remark, "integers of 12 bits in 2 bytes are not supported");
}

TEST(Hdf5H7, ReadsTheBfloat16OfKeras) {
  Builder file;
  const auto dtype = Builder::text("dtype", "bfloat16");
  const auto opaque = file.dataset(Builder::opaqueType(2), {1}, "\xC0\x3F", {dtype});
  const auto integer = file.dataset(Builder::integerType(2, false), {1}, "\xC0\x3F", {dtype});
  const Opened opened(file.bytes(file.group({Builder::hardLink("a", opaque), Builder::hardLink("b", integer)})));
  EXPECT_EQ(opened.tensor("a").type->name, "BF16");
  EXPECT_THAT(opened.values("a"), ElementsAre(1.5));
  EXPECT_THAT(opened.values("b"), ElementsAre(1.5));
}

TEST(Hdf5, ListsALinkWhoseNameIsAPathWithoutFollowingIt) {
  Builder file;
  const auto weight = file.dataset(Builder::floatType(4), {1}, floats({1}));
  const auto group = file.group({Builder::hardLink("b", weight)});
  const Opened opened(file.bytes(file.group({Builder::hardLink("a", group), Builder::hardLink("a/b", weight)})));
  EXPECT_EQ(opened->tensors.size(), 1u);
  EXPECT_THAT(opened.object("a/b").remark, HasSubstr("no name"));
}

}  // namespace
}  // namespace ulpscope

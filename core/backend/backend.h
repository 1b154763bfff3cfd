// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/analysis/block_ranges.h"
#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"
#include "core/base/result.h"
#include "core/formats/float_spec.h"
#include "core/formats/rounding.h"
#include "core/matmul/device_product.h"
#include "core/matmul/dot_unit.h"
#include "core/matmul/operand_block.h"
#include "core/quantization/block_codec.h"
#include "core/tensor/element_type.h"

namespace ulpscope {

struct ErrorBrackets;
struct ErrorChunk;
struct NarrowBlockCodec;
struct ScaledBlock;
struct ScaledUnit;
namespace ggml {
struct MinimumFit;
struct MinimumSearch;
struct ScaleSearch;
}  // namespace ggml

/// How floats become codes of a binary format of up to 16 bits (and tfloat32). Not Rounding::Stochastic.
struct FloatRounding {
  FloatSpec spec;
  Rounding rounding = Rounding::NearestEven;
  Overflow overflow = Overflow::Format;
};

/// Collected over floats in one pass. Chunks of kChunk elements are folded in index order.
struct ProfileAccumulator {
  static constexpr std::size_t kChunk = 65'536;

  Moments moments;  ///< of the finite values
  ValueCounts kinds;
  float min = std::numeric_limits<float>::infinity();  ///< of the finite values
  float max = -std::numeric_limits<float>::infinity();
  FoldedHistogram histogram;  ///< of the finite values

  void merge(const ProfileAccumulator& later);

  /// Moments::chunkShift of a chunk, a float. Precondition: the chunk is not empty.
  static float chunkShift(std::span<const float> chunk);
};

/// What Backend::measureBlocks goes through: whole lines, and chunks whose errors are kept apart.
struct BlockPieces {
  std::uint64_t line;   ///< blocks begin anew at multiples of so many values; the last of a line may be short
  std::size_t chunk;    ///< values, at most 65,536
  std::uint64_t first;  ///< number of the first value among all, for ErrorSums::maxAt
};

/// Where the heavy loops run. `reference` (scalar, here in core) is the definition; every other backend gives the same
/// codes and values to the bit, and sums within the bound their test states. Stateless and usable from several threads.
/// Calls return Device or Unsupported errors only; sizes are preconditions.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view id() const = 0;      ///< "reference", "cpu", "cuda"
  virtual std::string description() const = 0;  ///< "cpu AVX-512, 2 threads"

  /// Calls work(index) for each index below `count`, on this backend's threads, in any order and several at once; work
  /// may call this backend. Serial unless the backend has threads.
  virtual void forEach(std::size_t count, const std::function<void(std::size_t index)>& work) const {
    for (std::size_t index = 0; index < count; ++index) work(index);
  }

  /// Whether measureBlocks and the searches are better handed a whole tensor at once than what fits into caches: where
  /// values have to be sent.
  virtual bool prefersLargePieces() const { return false; }

  /// Packed elements to floats. Preconditions: type.readable && type.exactAsFloat, sizes match.
  virtual Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const = 0;

  /// Rounds each value to the format and gives it back as a float. `out` may be `in`. NaN becomes the quiet NaN of its
  /// sign (0x7FC00000 or 0xFFC00000), also where the format has none. Precondition: every value of the format is a
  /// float.
  virtual Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const = 0;

  /// The same as codes. NaN becomes the format's NaN (sign kept, fraction as core/formats/codec.h says), or its zero
  /// where it has none. Precondition: the codes fit.
  virtual Result<> encode(const FloatRounding& rule, std::span<const float> in,
                          std::span<std::uint8_t> codes) const = 0;
  virtual Result<> encode(const FloatRounding& rule, std::span<const float> in,
                          std::span<std::uint16_t> codes) const = 0;

  /// Adds `values` to `into`. `smallestNormal` of the stored format decides what counts as subnormal. Call with
  /// multiples of ProfileAccumulator::kChunk, but for the last call, to keep the chunk grid fixed.
  virtual Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const = 0;

  /// Counts codes: counts[code] += occurrences. counts.size() is 65,536 or 256.
  virtual Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const = 0;
  virtual Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const = 0;

  /// Raises rowMaxima[r] and columnMaxima[c] to the largest |value| of whole rows; NaN is left out.
  /// Precondition: values.size() == rowMaxima.size() * columnMaxima.size().
  virtual Result<> absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                             std::span<float> columnMaxima) const = 0;
  /// The same for codes of a format of 16 bits whose numbers without their sign are in the order of their codes, as
  /// those of float16 and bfloat16 are: the maxima are codes, too. Codes above `infinity` are NaN.
  virtual Result<> absMaximaOfCodes(std::span<const std::uint16_t> codes, std::uint16_t infinity,
                                    std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima) const {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto magnitude = static_cast<std::uint16_t>(codes[i] & 0x7FFF);
      if (magnitude > infinity) continue;
      std::uint16_t& row = rowMaxima[i / columnMaxima.size()];
      std::uint16_t& column = columnMaxima[i % columnMaxima.size()];
      if (magnitude > row) row = magnitude;
      if (magnitude > column) column = magnitude;
    }
    return {};
  }

  /// Counts the blocks of whole rows of `columns` elements by the class of their largest magnitude, on the calling
  /// thread. Precondition: values.size() is a multiple of columns.
  virtual Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const = 0;
  /// The same for codes of a format as absMaximaOfCodes takes.
  virtual Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns,
                                      const CodeClasses& classes, BlockCounts& into) const = 0;

  /// Block quantization, both ways; see BlockCodec for the arithmetic. codes.size() == values.size();
  /// scales and zeroPoints have one entry a block (zeroPoints only where the codec has them, else empty).
  virtual Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                                  const BlockCodes& out) const = 0;
  virtual Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                                    std::span<float> values) const = 0;

  // What follows a backend without kernels of its own inherits: the definition.

  /// Quantizes and restores whole lines, keeps neither codes nor values, and sets into[i] to what measureErrors says of
  /// chunk i. false: a block is none that schemes are made for (ScaleTally has a warning for it), and `into` means
  /// nothing. Unsupported where this backend has no kernels for narrow blocks of that codec.
  virtual Result<bool> measureBlocks(const BlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                                     const ErrorBrackets& brackets, std::span<ErrorChunk> into) const;
  virtual Result<bool> measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces,
                                     std::span<const float> values, const ErrorBrackets& brackets,
                                     std::span<ErrorChunk> into) const;

  // All of these are done on the calling thread.

  /// Errors y - x of up to 65,536 pairs, the first of which is number `first` of all; see measureChunk.
  virtual void measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                             const ErrorBrackets& brackets, ErrorChunk& into) const;

  /// One fit for each part of search.size values; see core/quantization/ggml_search.h. `w` has as many weights as there
  /// are values, or none where the search says how they follow from the values.
  virtual Result<> searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                                std::span<ggml::MinimumFit> fits) const;
  /// One scale for each part, and its codes.
  virtual Result<> searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                                std::span<float> scales, std::span<std::uint8_t> codes) const;

  /// Whole blocks, both ways; false where this backend has no kernel for the codec, and nothing was done.
  virtual bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values,
                                  std::span<std::uint8_t> codes, std::span<float> scales) const;
  virtual bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                                  std::span<const float> scales, std::span<float> values) const;

  /// c[i, j] = c[i, j] + a[i] . b[j] over the first `length` elements of each row, as dot() in core/matmul/dot.h has
  /// it; c is row-major, a.rows by b.rows. Not for units whose accumulator is Float64NearestEven.
  virtual void multiplyAdd(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                           std::size_t length, std::span<float> c) const;
  /// The same of operands in blocks with scales, as scaledDot() in core/matmul/block_scaled_dot.h has it.
  virtual void multiplyAdd(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                           std::span<float> c) const;
  /// The same in float64, as one chain of fused multiply-adds from the first element to the last.
  virtual void multiplyAdd(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length,
                           std::span<double> c) const;

  // What a device's own library computes is measured, not defined here: there is nothing in its place where there is
  // none.

  /// The device and its library. Unsupported, with the reason, where there is none.
  virtual Result<ProductDevice> productDevice() const;
  /// C = A B by that library, once; c is row-major. `a` and `b` hold rows of A and columns of B, `length` codes of
  /// bytesOf(product.operands) bytes each, one after the other. Errors: also Cancelled, between parts of a large
  /// product. Preconditions: length > 0; a product that the device offers.
  virtual Result<> multiplyOnDevice(const DeviceProduct& product, std::span<const std::byte> a,
                                    std::span<const std::byte> b, std::size_t length, std::span<double> c,
                                    const std::stop_token& stop) const;
};

/// The definition: scalar, one thread, no SIMD. Always there.
std::unique_ptr<Backend> makeReferenceBackend();

}  // namespace ulpscope

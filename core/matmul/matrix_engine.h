// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"
#include "core/formats/rounding.h"
#include "core/matmul/dot_unit.h"
#include "core/matmul/k_order.h"

namespace ulpscope {

/// How each operand is split before it is multiplied: into `parts` of the unit's input format, the first of which is
/// the operand rounded, the next one what that left, rounded, and so on. For each `run` of elements the products are
/// taken in their order.
struct OperandSplit {
  struct Product {
    int a = 0, b = 0;  ///< parts, 0 is the leading one
  };
  int parts = 1;
  Rounding leading = Rounding::NearestEven;  ///< of all parts but the last
  Rounding last = Rounding::NearestEven;
  std::vector<Product> products{{0, 0}};
  int run = 1;
};

/// INT8 as bitsandbytes has it: each row of A and each column of B becomes binary16, then integers of 8 bits by its own
/// largest magnitude. See core/matmul/scaled_product.h.
struct VectorScaling {
  /// Columns of A that hold a magnitude of at least this are multiplied in binary16 instead. 0: none are.
  float outlierThreshold = 0;
};

/// Both operands as unsigned integers of 8 bits with a scale and a zero point each, as gemmlowp has it. See
/// core/matmul/affine_product.h.
struct AffineTensors {
  bool requantizes = true;  ///< C becomes such integers, too
};

/// Both operands as sums of integers of 7 bits and a sign, "slices": the Ozaki scheme. See
/// core/matmul/sliced_product.h.
struct IntegerSlices {
  static constexpr int kMost = 16;
  int usual = 8;
  std::vector<int> offered;  ///< numbers of slices that lists show; any up to kMost can be asked for
};

/// Operands in blocks along K that share a scale: EngineUnit::format is then the id of a BlockFormat.
struct BlockOperands {
  std::string_view element;  ///< the format of the elements
  /// Products of so many neighbours are added exactly before they are scaled; 0: scales, powers of two, are part of
  /// each product's exponent.
  int groupLength = 0;
};

/// An engine with operands of one format.
struct EngineUnit {
  std::string_view format;                         ///< id of the format that operands are rounded to
  Rounding inputRounding = Rounding::NearestEven;  ///< how the engine's own software stack rounds them
  DotUnit unit;                                    ///< with sums in float32, or float64
  std::optional<DotUnit> half = {};                ///< with sums in float16, where the engine has that
  /// fp8 mma.sync of sm_90 and sm_100: of 32 elements those with k mod 4 of 0 and 1 come first, then the others.
  bool pairsFirst = false;
  // One of these where operands become integers: then with Accumulator::Int32, whose sums are exact and wrap.
  std::optional<VectorScaling> scaling = {};
  std::optional<AffineTensors> affine = {};
  std::optional<IntegerSlices> slices = {};
  std::optional<BlockOperands> blocks = {};
  std::optional<OperandSplit> split = {};  ///< emulation of a wider format; `format` is that of the parts

  /// Operands become integers by what their rows, or all of them, hold: no dot product by core/matmul/dot.h.
  bool isOfIntegers() const { return scaling || affine || slices; }
};

/// What multiplies matrices: a GPU's matrix unit, an ideal way of adding, or an emulation.
struct MatrixEngine {
  enum class Evidence : std::uint8_t {
    Definition,  ///< an ideal engine: there is nothing to be checked against
    Recorded,    ///< equal to results recorded on the hardware
    Published,   ///< as published for this hardware; no recorded results were at hand
  };

  std::string_view id;
  std::string_view title;  ///< "A100 (Ampere), mma.sync"
  std::string_view text;   ///< a sentence or two: what it does
  std::string_view source;
  Evidence evidence = Evidence::Published;
  std::vector<EngineUnit> units;  ///< the first is the usual one

  const EngineUnit* unitFor(std::string_view format) const;
};

/// In the order in which they are offered.
std::span<const MatrixEngine* const> matrixEngines();
const MatrixEngine* findEngine(std::string_view id);  ///< nullptr if there is none

/// An engine with one of its formats: what a series of an experiment is.
struct EngineChoice {
  const MatrixEngine* engine = nullptr;
  const EngineUnit* unit = nullptr;
  bool halfSums = false;             ///< sums in float16; only where the unit has that
  std::optional<KOrder> order = {};  ///< its own, whatever that of the experiment is
  int chosenSlices = 0;              ///< 0: the unit's usual number; only where it has slices

  int slices() const { return chosenSlices != 0 || !unit->slices ? chosenSlices : unit->slices->usual; }
  std::string id() const;  ///< "a100@tfloat32", "v100@float16/float16", "h100-wgmma@float8_e5m2/promote:128"
  /// Its own, or that of the experiment.
  const KOrder& orderOr(const KOrder& common) const { return order ? *order : common; }
  friend bool operator==(const EngineChoice& x, const EngineChoice& y) {
    return x.engine == y.engine && x.unit == y.unit && x.halfSums == y.halfSums && x.order == y.order &&
           x.slices() == y.slices();
  }
};

/// "a100", "a100@tfloat32", and either with "/float16" (sums in float16), "/promote:N", "/split:N" or "/slices:N"
/// behind it. h100, h200 and b200 stand for the instructions that their libraries use: wgmma, tcgen05. Usage where
/// there is no such engine, or no such format of it; the message lists what there is.
Result<EngineChoice> parseEngine(std::string_view text);

/// Every engine with each of its formats, and with each number of slices that it offers.
std::vector<EngineChoice> offeredChoices();

/// The format of the unit's operands; of their elements where they come in blocks.
const NumberFormat& inputFormatOf(const EngineUnit& unit);

}  // namespace ulpscope

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

class Backend;
struct BlockPass;
struct LayerCalibration;
struct ScaleBlocks;

/// A knob of a scheme, as data: the form, the command line and the report are made from it.
struct Parameter {
  struct Choice {
    std::string id;
    std::string title;
  };
  std::string id;                                                ///< "granularity"
  std::string title;                                             ///< "Granularity"
  std::string help;                                              ///< one sentence
  std::variant<std::int64_t, double, std::string> defaultValue;  ///< an integer, a decimal, or the id of a choice
  double min = 0;                                                ///< of a number, itself allowed
  double max = 0;
  std::vector<Choice> choices;  ///< empty for a number

  bool isDecimal() const { return std::holds_alternative<double>(defaultValue); }
};

/// The default as a setting has it: "128", "0.5", "row".
std::string defaultText(const Parameter& parameter);
/// What a number may be: "2 to 8".
std::string rangeText(const Parameter& parameter);

/// Knob id to value, as text: "granularity" -> "row". Missing knobs have their defaults.
using Settings = std::map<std::string, std::string, std::less<>>;

/// What people are told of a scheme: on its page in docs/schemes and in the window. Plain sentences; code in backticks.
struct SchemeText {
  std::string definition;           ///< how values become codes and come back, in the order of the arithmetic
  std::string stored;               ///< all that is stored, and what it comes to a weight: "4 + 32 / 64 = 4.5 bits"
  std::vector<std::string> quirks;  ///< where the reference does something that one would not expect
  std::string advice;               ///< when to use it, and when not
};

/// Whether a scheme looks at the inputs of the layer.
enum class CalibrationUse : std::uint8_t { None, Optional, Required };

struct SchemeInfo {
  std::string id;         ///< stable: "bnb_nf4"
  std::string title;      ///< "NF4 block 64"
  std::string family;     ///< "Integer", "bitsandbytes", "GGUF", "FP8"
  std::string reference;  ///< project, file, version it reproduces to the bit, or the definition it follows
  std::vector<Parameter> parameters;
  CalibrationUse calibration = CalibrationUse::None;
  /// Where a code is no rounding of its own weight: what it is, the end of a sentence. Else empty.
  std::string notRounded = {};
  SchemeText text = {};
};

/// A row-major matrix of floats.
struct MatrixView {
  MatrixShape shape;
  std::span<const float> values;
};

/// A tensor after quantization: everything that would be stored, and what it decodes to.
struct QuantizedTensor {
  MatrixShape shape;
  int codeBits = 8;
  bool signedCodes = false;              ///< codes are two's complement
  std::vector<std::uint8_t> codes;       ///< one an element
  std::vector<float> scales;             ///< as they multiply codes: those of two levels multiplied out
  std::vector<std::int32_t> zeroPoints;  ///< subtracted from codes; empty in symmetric schemes
  std::vector<float> floatZeroPoints;    ///< the same where they are no integers: HQQ
  std::vector<float> offsets;            ///< added to scaled codes, one a scale; empty where there are none
  std::vector<float> columnScales;       ///< one a column, divided out of `restored`; empty where there are none
  std::vector<std::byte> packed;         ///< the bytes of the reference's own layout, where it is one of blocks
  std::vector<float> restored;           ///< one an element
  std::vector<std::string> warnings;     ///< one sentence each: "2 blocks hold NaN"
  /// The group of each column, where those of a group are no neighbours; else empty.
  std::vector<std::uint32_t> columnGroups;
  /// What the scheme says of its own search, by name: {"loss", 0.031}.
  std::vector<std::pair<std::string, double>> figures;
  /// What is stored, where that depends on the values; else bitsPerWeight() says it.
  std::optional<std::uint64_t> storedBits;
};

/// A tensor that is quantized in pieces, some rows each.
struct WholeTensor {
  MatrixView weights;
  std::once_flag measured;
  float value = 0;  ///< what the scheme measured of all of it
};

/// What a scheme is given: a weight matrix W of shape [outputs, inputs], and what is known of the layer's inputs.
struct SchemeInput {
  SchemeInput(const MatrixView& weightMatrix, const LayerCalibration* layer = nullptr,
              std::span<const MatrixView> layersBeside = {})
      : weights(weightMatrix), calibration(layer), siblings(layersBeside) {}

  MatrixView weights;
  const LayerCalibration* calibration;   ///< null: nothing is known; else its columns are those of the weights
  std::span<const MatrixView> siblings;  ///< weights of other layers that take the same inputs, of as many columns
  WholeTensor* whole = nullptr;          ///< what `weights` are rows of, if they are; see Scheme::rowsTogether()
  /// A result that is needed no longer: its memory may serve again, as the first touch of memory costs more than most
  /// schemes' arithmetic.
  QuantizedTensor* spare = nullptr;

  /// An empty result in the memory of `spare`, if there is one. Codes and restored values are of any size and content.
  QuantizedTensor emptyResult() const;
};

/// One line of how a single weight went through a scheme, for the board: "Block maximum" -> "0.20996094".
struct BoardLine {
  std::string title;
  std::string text;
  std::string note = {};  ///< how it came about, or where: "value 17 of the block"
};

/// A quantization scheme, reference-exact: it states the implementation it reproduces and does its arithmetic in the
/// same order and precision. Stateless and shared between threads.
class Scheme {
 public:
  virtual ~Scheme() = default;
  virtual const SchemeInfo& info() const = 0;

  /// All stored bits (codes, scales, zero points) over the number of weights. Where they depend on the values, those of
  /// a matrix without outliers.
  virtual Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const = 0;

  /// Rows that are coded without regard to others, as long as pieces begin at multiples of them: quantize() gives the
  /// same for such a piece as for the whole tensor, if `SchemeInput::whole` says what it belongs to. 0: there are none.
  /// Precondition: the settings and the shape fit.
  virtual std::uint64_t rowsTogether(const MatrixShape&, const Settings&) const { return 0; }

  /// The same work for a backend that prefers large pieces; nullopt where it is none of its calls. Rows of `input` may
  /// go by themselves, as rowsTogether() says. Precondition: as there, and nothing is known of the layer's inputs.
  virtual std::optional<BlockPass> blockPass(const SchemeInput& input, const Settings& settings) const;

  /// Usage for a bad knob, Unsupported where the shape does not fit the scheme (q8_0 with rows not divisible by 32) or
  /// where it needs a calibration and is given none.
  virtual Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                           const JobContext& job) const = 0;

  /// How element `index` became its code, from the result above.
  virtual std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result,
                                         const Settings& settings, std::uint64_t index) const = 0;

  /// How the codes of such a result are to be read; core/quantization/scale_blocks.h. Fails where explain() has nothing
  /// to say.
  virtual Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const = 0;
};

std::span<const Scheme* const> schemeRegistry();
const Scheme* findScheme(std::string_view id);

/// Fills in defaults and checks every knob; Usage names the knob, what it takes and what it was given. Decimals come
/// back in their shortest form: "6.0" as "6".
Result<Settings> completeSettings(const SchemeInfo& info, const Settings& settings);

}  // namespace ulpscope

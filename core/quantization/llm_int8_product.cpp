// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/llm_int8_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/formats/int8_vectors.h"

namespace ulpscope {
namespace {

std::vector<float> inBinary16(std::span<const float> values) {
  std::vector<float> rounded(values.size());
  std::ranges::transform(values, rounded.begin(), asBinary16);
  return rounded;
}

struct CodedRows {
  std::vector<std::int8_t> codes;
  std::vector<float> scales;
};

CodedRows codeRows(std::span<const float> values, std::uint64_t columns, float threshold) {
  CodedRows coded{std::vector<std::int8_t>(values.size()), {}};
  for (std::uint64_t begin = 0; begin < values.size(); begin += columns)
    coded.scales.push_back(
        encodeInt8Row(values.subspan(begin, columns), threshold, std::span(coded.codes).subspan(begin, columns)));
  return coded;
}

/// The rows of one token.
class TokenProduct {
 public:
  TokenProduct(const LlmInt8Options& options, std::uint64_t columns, const std::vector<float>& inputs,
               const std::vector<float>& weights, const CodedRows& weightRows, LlmInt8Product& product)
      : m_options(options),
        m_columns(columns),
        m_inputs(inputs),
        m_weights(weights),
        m_weightRows(weightRows),
        m_product(product) {}

  void operator()(std::uint64_t token) const {
    for (std::uint64_t output = 0; output < m_product.outputs; ++output) {
      const std::uint64_t at = token * m_product.outputs + output;
      m_product.regular[at] = asBinary16(scaleInt8Sum(m_options.path, integerSum(token, output),
                                                      m_product.inputScales[token], m_weightRows.scales[output]));
      m_product.outliers[at] = outlierSum(token, output);
      m_product.sum[at] = m_product.outlierColumns.empty() ? m_product.regular[at]
                                                           : asBinary16(m_product.regular[at] + m_product.outliers[at]);
    }
  }

 private:
  std::int64_t integerSum(std::uint64_t token, std::uint64_t output) const {
    std::int64_t sum = 0;
    for (std::uint64_t c = 0; c < m_columns; ++c)
      sum += m_product.inputCodes[token * m_columns + c] * m_weightRows.codes[output * m_columns + c];
    return sum;
  }

  float outlierSum(std::uint64_t token, std::uint64_t output) const {
    float sum = 0;
    for (const std::uint64_t c : m_product.outlierColumns) {
      const std::uint64_t at = output * m_columns + c;
      const float weight = m_options.keepsWeights
                               ? m_weights[at]
                               : asBinary16(decodeInt8(m_weightRows.codes[at], m_weightRows.scales[output]));
      sum += m_inputs[token * m_columns + c] * weight;
    }
    return sum;
  }

  const LlmInt8Options& m_options;
  const std::uint64_t m_columns;
  const std::vector<float>& m_inputs;
  const std::vector<float>& m_weights;
  const CodedRows& m_weightRows;
  LlmInt8Product& m_product;
};

}  // namespace

Result<LlmInt8Product> llmInt8Product(const MatrixView& inputs, const MatrixView& weights,
                                      const LlmInt8Options& options, const Backend& backend, const JobContext& job) {
  const std::uint64_t columns = weights.shape.columns;
  if (inputs.shape.columns != columns)
    return fail(Errc::Usage, fmt::format("inputs of {} columns expected, as the weights have, {} found", columns,
                                         inputs.shape.columns));
  const std::vector<float> x = inBinary16(inputs.values), w = inBinary16(weights.values);
  LlmInt8Product product;
  product.tokens = inputs.shape.rows;
  product.outputs = weights.shape.rows;
  for (auto* part : {&product.regular, &product.outliers, &product.sum}) part->resize(product.tokens * product.outputs);
  if (columns == 0) return product;

  product.outlierColumns = outlierColumns(x, columns, options.threshold);
  CodedRows inputRows = codeRows(x, columns, options.threshold);
  product.inputCodes = std::move(inputRows.codes);
  product.inputScales = std::move(inputRows.scales);
  if (product.tokens > 1)
    for (std::uint64_t token = 0; token < product.tokens; ++token)
      for (const std::uint64_t c : product.outlierColumns) product.inputCodes[token * columns + c] = 0;
  const CodedRows weightRows = codeRows(w, columns, 0);
  product.weightScales = weightRows.scales;

  const TokenProduct forToken(options, columns, x, w, weightRows, product);
  constexpr std::uint64_t kTokens = 16;  // between two looks at the stop token
  for (std::uint64_t first = 0; first < product.tokens; first += kTokens) {
    const std::uint64_t count = std::min(kTokens, product.tokens - first);
    backend.forEach(count, [&](std::size_t index) { forToken(first + index); });
    if (auto going = job.step(count * columns * sizeof(float)); !going) return tl::unexpected(std::move(going).error());
  }
  return product;
}

}  // namespace ulpscope

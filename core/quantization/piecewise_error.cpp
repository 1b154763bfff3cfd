// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/piecewise_error.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "core/analysis/error_measurement.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/quantization/block_pass.h"

namespace ulpscope {
namespace {

/// A piece is some chunks, and not much more than the caches hold.
constexpr std::uint64_t kLargestPiece = std::uint64_t{1} << 20;

class PiecewiseMeasurement {
 public:
  PiecewiseMeasurement(const SchemeChoice& choice, const MatrixView& weights, SpareResults& spares,
                       const Backend& backend, const JobContext& job)
      : m_choice(choice), m_weights(weights), m_spares(spares), m_backend(backend), m_job(job) {
    m_whole.weights = weights;
  }

  Result<std::optional<ErrorMetrics>> run() {
    const std::uint64_t together = m_choice.scheme->rowsTogether(m_weights.shape, m_choice.settings);
    const std::uint64_t columns = m_weights.shape.columns;
    m_chunk = errorChunk(columns);
    if (together == 0 || m_weights.values.empty() || m_chunk % columns != 0) return std::nullopt;
    m_pieceRows = std::lcm(together, m_chunk / columns);
    if (m_pieceRows > kLargestPiece / columns || m_pieceRows >= m_weights.shape.rows) return std::nullopt;

    ErrorSource source;
    source.chunks = divideRoundingUp(m_weights.values.size(), m_chunk);
    source.chunksPerPiece = m_pieceRows * columns / m_chunk;
    source.measure = [this](std::size_t piece, const ErrorBrackets& brackets, std::span<ErrorChunk> into) {
      return measure(piece, 1, brackets, into);
    };
    if (m_backend.prefersLargePieces()) prepareLarge(source);
    auto metrics = measureErrors(source, [this](std::size_t count, const auto& work) { forEach(count, work); });
    if (m_error) return tl::unexpected(*m_error);
    return metrics;
  }

 private:
  /// In one call of the backend for each codec that it knows, else by quantize(), which makes larger calls then.
  void prepareLarge(ErrorSource& source) {
    SchemeInput whole(m_weights);
    whole.whole = &m_whole;
    m_pass = m_choice.scheme->blockPass(whole, m_choice.settings);
    if (!m_pass) return;
    const std::size_t chunksPerPiece = source.chunksPerPiece;
    source.measureMany = [this, chunksPerPiece](std::size_t piece, const ErrorBrackets& brackets,
                                                std::span<ErrorChunk> into) {
      if (m_error) return false;
      const std::size_t pieces = divideRoundingUp(into.size(), chunksPerPiece);
      const bool done = std::holds_alternative<std::monostate>(m_pass->codec) ? measure(piece, pieces, brackets, into)
                                                                              : measureLarge(piece, brackets, into);
      if (auto going = m_job.step(0); !going) stopWith(going.error());
      return done && !m_error;
    };
  }

  bool measureLarge(std::size_t piece, const ErrorBrackets& brackets, std::span<ErrorChunk> into) {
    const std::uint64_t first = piece * m_pieceRows * m_weights.shape.columns;
    const std::uint64_t size = std::min<std::uint64_t>(into.size() * m_chunk, m_weights.values.size() - first);
    const auto values = m_weights.values.subspan(first, size);
    const BlockPieces pieces{m_pass->line == 0 ? size : m_pass->line, m_chunk, first};
    const auto isOrdinary = std::visit(
        [&](const auto& codec) -> Result<bool> {
          if constexpr (std::is_same_v<decltype(codec), const std::monostate&>)
            return false;
          else
            return m_backend.measureBlocks(codec, pieces, values, brackets, into);
        },
        m_pass->codec);
    if (!isOrdinary) stopWith(isOrdinary.error());
    return isOrdinary && *isOrdinary;
  }

  bool measure(std::size_t piece, std::size_t pieces, const ErrorBrackets& brackets, std::span<ErrorChunk> into) {
    const std::uint64_t columns = m_weights.shape.columns;
    const std::uint64_t first = piece * m_pieceRows;
    const std::uint64_t rows = std::min(pieces * m_pieceRows, m_weights.shape.rows - first);
    const auto values = m_weights.values.subspan(first * columns, rows * columns);
    QuantizedTensor spare = m_spares.take();
    SchemeInput input{MatrixView{{rows, columns}, values}};
    input.whole = &m_whole;
    input.spare = &spare;
    auto result = m_choice.scheme->quantize(input, m_choice.settings, m_backend, {m_job.stop, nullptr});
    if (!result) {
      stopWith(result.error());
      return false;
    }
    const bool isPlain = result->warnings.empty() && !result->storedBits;
    const auto measureChunk = [&](std::size_t c) {
      const std::size_t begin = c * m_chunk;
      const std::size_t size = std::min(m_chunk, values.size() - begin);
      m_backend.measureErrors(values.subspan(begin, size), std::span(result->restored).subspan(begin, size),
                              first * columns + begin, brackets, into[c]);
    };
    if (isPlain && pieces == 1)
      for (std::size_t c = 0; c < into.size(); ++c) measureChunk(c);
    else if (isPlain)
      m_backend.forEach(into.size(), measureChunk);
    m_spares.give(std::move(*result));
    return isPlain;
  }

  /// Some at once; stops between them when the job is stopped.
  void forEach(std::size_t count, const std::function<void(std::size_t)>& work) {
    constexpr std::size_t kAtOnce = 64;
    for (std::size_t begin = 0; begin < count; begin += kAtOnce) {
      if (m_error) return;
      m_backend.forEach(std::min(kAtOnce, count - begin), [&](std::size_t i) { work(begin + i); });
      if (auto going = m_job.step(0); !going) stopWith(going.error());
    }
  }

  void stopWith(const Error& error) {
    const std::scoped_lock lock(m_mutex);
    if (!m_error) m_error = error;
  }

  const SchemeChoice& m_choice;
  const MatrixView& m_weights;
  SpareResults& m_spares;
  const Backend& m_backend;
  const JobContext& m_job;
  WholeTensor m_whole;
  std::optional<BlockPass> m_pass;
  std::size_t m_chunk = 0;
  std::uint64_t m_pieceRows = 0;
  std::mutex m_mutex;
  std::optional<Error> m_error;
};

}  // namespace

QuantizedTensor SpareResults::take() {
  const std::scoped_lock lock(m_mutex);
  if (m_results.empty()) return {};
  QuantizedTensor result = std::move(m_results.back());
  m_results.pop_back();
  return result;
}

void SpareResults::give(QuantizedTensor&& result) {
  const std::scoped_lock lock(m_mutex);
  m_results.push_back(std::move(result));
}

Result<std::optional<ErrorMetrics>> measureInPieces(const SchemeChoice& choice, const MatrixView& weights,
                                                    SpareResults& spares, const Backend& backend,
                                                    const JobContext& job) {
  return PiecewiseMeasurement(choice, weights, spares, backend, job).run();
}

}  // namespace ulpscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/operand_options.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/matmul/operand_tensor.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kDefaultRows = 24;
constexpr std::uint64_t kDefaultDepth = 4096;

Result<> checkSizes(std::uint64_t m, std::uint64_t n, std::uint64_t k) {
  for (const std::uint64_t size : {m, n, k})
    if (size == 0 || size > kMostOperandElements)
      return fail(Errc::Usage, fmt::format("sizes from 1 to {} expected, found {}", groupedDigits(kMostOperandElements),
                                           groupedDigits(size)));
  if (m * k > kMostOperandElements || n * k > kMostOperandElements || m * n > kMostOperandElements)
    return fail(Errc::LimitExceeded, fmt::format("matrices of at most {} elements expected, found m {}, n {}, k {}",
                                                 groupedDigits(kMostOperandElements), m, n, k));
  return {};
}

Result<Distribution> distributionOf(const std::string& name) {
  if (name == "normal") return Distribution::Normal;
  if (name == "uniform") return Distribution::Uniform;
  return fail(Errc::Usage, fmt::format("--distribution normal or uniform expected, found {}", printable(name)));
}

}  // namespace

void OperandOptions::declare(Options& options) {
  options.option("--a", "FILE", m_a.path, "A, m x k (with --dots n x k): a file with one array, or a checkpoint");
  options.option("--a-tensor", "NAME", m_a.tensor, "The tensor of it that A is");
  options.flag("--transpose-a", m_a.isTransposed, "A is stored as k x m");
  options.option("--b", "FILE", m_b.path, "B, k x n (with --dots n x k): a file with one array, or a checkpoint");
  options.option("--b-tensor", "NAME", m_b.tensor, "The tensor of it that B is");
  options.flag("--transpose-b", m_b.isTransposed, "B is stored as n x k, as the weights of layers are");
  options.option("--m", "N", m_m,
                 fmt::format("Rows of A; of a file the first ones (default {}, or all)", kDefaultRows));
  options.option("--n", "N", m_n,
                 fmt::format("Columns of B; of a file the first ones (default {}, or all)", kDefaultRows));
  options.option("--k", "N", m_k,
                 fmt::format("Columns of A and rows of B (default {}, or that of the file)", kDefaultDepth));
  options.option("--distribution", "D", m_distribution, "Of what is drawn: normal (default) or uniform");
  options.option("--seed", "N", m_seed, "Of what is drawn (default 0)");
  m_flags.declare(options);
}

std::string OperandOptions::Stored::title() const {
  return fmt::format("{}{}", tensor ? *tensor : *path, isTransposed ? " transposed" : "");
}

Result<> OperandOptions::check() const {
  for (const auto& [stored, name] : {std::pair{&m_a, 'a'}, std::pair{&m_b, 'b'}})
    if (!stored->path && (stored->tensor || stored->isTransposed))
      return fail(Errc::Usage, fmt::format("--{} expected with --{}-tensor and --transpose-{}, but it was not given",
                                           name, name, name));
  if ((m_a.path || m_b.path) && m_k)
    return fail(Errc::Usage, "K is that of the file: --a or --b, or --k expected, found both");
  if (haveFiles() && (m_distribution || m_seed))
    return fail(Errc::Usage, "--a and --b, or a distribution and its seed expected, found both");
  return {};
}

Result<TensorSource> OperandOptions::open(const Stored& stored, const JobContext& job) const {
  const auto checkpoint = m_flags.open(*stored.path, job);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if (stored.tensor) return tensorOf(**checkpoint, *stored.tensor);
  if ((*checkpoint)->tensors.size() == 1) return (*checkpoint)->source(0);
  return fail(Errc::Usage,
              fmt::format("a file with one array, or the name of a tensor (--a-tensor, --b-tensor) expected, found {}",
                          counted((*checkpoint)->tensors.size(), "tensor")),
              *stored.path);
}

Result<OperandOptions::Operands> OperandOptions::product(const JobContext& job) const {
  if (auto checked = check(); !checked) return tl::unexpected(checked.error());
  const auto distribution = distributionOf(m_distribution.value_or("normal"));
  if (!distribution) return tl::unexpected(distribution.error());

  std::optional<TensorSource> a, b;
  for (const auto& [stored, source] : {std::pair{&m_a, &a}, std::pair{&m_b, &b}}) {
    if (!stored->path) continue;
    auto opened = open(*stored, job);
    if (!opened) return tl::unexpected(std::move(opened).error());
    source->emplace(*std::move(opened));
  }
  const OperandView viewOfA{OperandSide::A, m_a.isTransposed}, viewOfB{OperandSide::B, m_b.isTransposed};
  OperandExtent extentOfA{m_m.value_or(kDefaultRows), m_k.value_or(kDefaultDepth)};
  OperandExtent extentOfB{m_n.value_or(kDefaultRows), extentOfA.k};
  if (a) extentOfA = operandExtent(a->info(), viewOfA);
  if (b) extentOfB = operandExtent(b->info(), viewOfB);
  if (a && b)
    if (auto fits = checkSameK(extentOfA, extentOfB); !fits) return tl::unexpected(fits.error());
  const std::uint64_t k = a ? extentOfA.k : extentOfB.k;
  const std::uint64_t m = std::min(m_m.value_or(extentOfA.vectors), extentOfA.vectors);
  const std::uint64_t n = std::min(m_n.value_or(extentOfB.vectors), extentOfB.vectors);
  if (auto sizes = checkSizes(m, n, k); !sizes) return tl::unexpected(sizes.error());

  auto rowsOfA = a ? readOperand(*a, viewOfA, m, job) : randomMatrix(m, k, *distribution, 2 * seed());
  if (!rowsOfA) return tl::unexpected(std::move(rowsOfA).error());
  auto columnsOfB =
      b ? readOperand(*b, viewOfB, n, job) : transposed(randomMatrix(k, n, *distribution, 2 * seed() + 1));
  if (!columnsOfB) return tl::unexpected(std::move(columnsOfB).error());
  const std::string drawn = fmt::format("{}, seed {}", m_distribution.value_or("normal"), seed());
  const std::string origin =
      !a && !b ? drawn : fmt::format("{} x {}", a ? m_a.title() : drawn, b ? m_b.title() : drawn);
  return Operands{*std::move(rowsOfA), *std::move(columnsOfB), origin};
}

Result<DenseMatrix> OperandOptions::rows(OperandSide side, const JobContext& job) const {
  if (auto checked = check(); !checked) return tl::unexpected(checked.error());
  const Stored& stored = side == OperandSide::A ? m_a : m_b;
  const auto source = open(stored, job);
  if (!source) return tl::unexpected(source.error());
  return readOperand(*source, {OperandSide::A, stored.isTransposed}, 0, job);
}

Result<DenseMatrix> OperandOptions::array(const std::string& path, const JobContext& job) const {
  const auto source = open({path, {}, false}, job);
  if (!source) return tl::unexpected(source.error());
  return readOperand(*source, {}, 0, job);
}

}  // namespace ulpscope

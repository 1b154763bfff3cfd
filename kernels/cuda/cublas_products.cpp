// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cublas_products.cuh"

#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/cuda/check.cuh"

namespace ulpscope::kernels {
namespace {

using Operands = DeviceProduct::Operands;

/// From which compute capability on there are matrix units for it.
struct Offer {
  Operands operands;
  int since;  ///< 10 major + minor
};
constexpr Offer kOffers[] = {{Operands::Float32, 0},   {Operands::TFloat32, 80},   {Operands::Float16, 70},
                             {Operands::BFloat16, 80}, {Operands::Float8E4M3, 89}, {Operands::Int8, 75}};

/// Rows of codes with zeros behind each and behind the last, as many as a tile has.
void pack(std::span<const std::byte> codes, std::size_t first, std::size_t count, std::size_t bytesOfRow,
          std::size_t bytesOfPadded, std::vector<std::byte>& into) {
  std::ranges::fill(into, std::byte{});
  for (std::size_t r = 0; r < count; ++r)
    std::memcpy(&into[r * bytesOfPadded], &codes[(first + r) * bytesOfRow], bytesOfRow);
}

template <class T>
void takeRow(const std::byte* from, std::span<double> into) {
  for (std::size_t j = 0; j < into.size(); ++j) {
    T value;
    std::memcpy(&value, from + j * sizeof(T), sizeof(T));
    into[j] = static_cast<double>(value);
  }
}

/// One call of multiply(), tile by tile.
class TiledProduct {
 public:
  TiledProduct(const CublasLibrary& library, const DeviceProduct& product, std::span<const std::byte> a,
               std::span<const std::byte> b, std::size_t length, std::span<double> c)
      : m_library(library),
        m_product(product),
        m_bytesOfRow(length * bytesOf(product.operands)),
        m_bytesOfPadded(roundedToGranule(length) * bytesOf(product.operands)),
        m_k(roundedToGranule(length)),
        m_a(a),
        m_b(b),
        m_rows(a.size() / m_bytesOfRow),
        m_columns(b.size() / m_bytesOfRow),
        m_c(c) {}

  Result<> run(std::size_t budget, const std::stop_token& stop) {
    if (m_rows == 0 || m_columns == 0) return {};
    if (auto taken = allocate(budget); !taken) return taken;
    m_hostA.resize(m_tile.rows * m_bytesOfPadded);
    m_hostB.resize(m_tile.columns * m_bytesOfPadded);
    m_hostC.resize(m_tile.rows * m_tile.columns * sizeof(float));
    const Result<> done = runTiles(stop);
    if (!done) cudaStreamSynchronize(m_library.stream());  // before the memory of what was begun goes
    return done;
  }

 private:
  Result<> allocate(std::size_t budget) {
    for (;;) {
      m_tile = planTile(m_rows, m_columns, m_bytesOfPadded, budget);
      const cudaError_t status = m_memory.allocate(m_tile.bytes(m_bytesOfPadded));
      const bool isLeast = m_tile == ProductTile{kProductGranule, kProductGranule};
      if (status != cudaErrorMemoryAllocation || isLeast) return check(status, "device memory");
      cudaGetLastError();  // forget it: less may do
      budget = m_tile.bytes(m_bytesOfPadded) / 2;
    }
  }

  Result<> runTiles(const std::stop_token& stop) {
    std::byte* const a = m_memory.data();
    std::byte* const b = a + m_hostA.size();
    std::byte* const c = b + m_hostB.size();
    for (std::size_t column = 0; column < m_columns; column += m_tile.columns) {
      const std::size_t columns = std::min(m_tile.columns, m_columns - column);
      pack(m_b, column, columns, m_bytesOfRow, m_bytesOfPadded, m_hostB);
      if (auto sent = copy(b, m_hostB.data(), m_hostB.size(), cudaMemcpyHostToDevice); !sent) return sent;
      for (std::size_t row = 0; row < m_rows; row += m_tile.rows) {
        if (stop.stop_requested()) return fail(Errc::Cancelled, "stopped before it was finished");
        const std::size_t rows = std::min(m_tile.rows, m_rows - row);
        pack(m_a, row, rows, m_bytesOfRow, m_bytesOfPadded, m_hostA);
        if (auto sent = copy(a, m_hostA.data(), m_hostA.size(), cudaMemcpyHostToDevice); !sent) return sent;
        const ProductOnDevice on{
            a, b, c, static_cast<int>(m_tile.rows), static_cast<int>(m_tile.columns), static_cast<int>(m_k)};
        if (auto begun = m_library.begin(m_product, on); !begun) return begun;
        if (auto fetched = copy(m_hostC.data(), c, m_hostC.size(), cudaMemcpyDeviceToHost); !fetched) return fetched;
        if (auto waited = check(cudaStreamSynchronize(m_library.stream()), "work on the device"); !waited)
          return waited;
        take(row, rows, column, columns);
      }
    }
    return {};
  }

  Result<> copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    return check(cudaMemcpyAsync(to, from, bytes, kind, m_library.stream()),
                 kind == cudaMemcpyHostToDevice ? "copy to the device" : "copy from the device");
  }

  void take(std::size_t row, std::size_t rows, std::size_t column, std::size_t columns) {
    for (std::size_t r = 0; r < rows; ++r) {
      const std::byte* const from = &m_hostC[r * m_tile.columns * sizeof(float)];
      const auto into = m_c.subspan((row + r) * m_columns + column, columns);
      m_product.operands == Operands::Int8 ? takeRow<std::int32_t>(from, into) : takeRow<float>(from, into);
    }
  }

  const CublasLibrary& m_library;
  DeviceProduct m_product;
  std::size_t m_bytesOfRow, m_bytesOfPadded, m_k;
  std::span<const std::byte> m_a, m_b;
  std::size_t m_rows, m_columns;
  std::span<double> m_c;
  ProductTile m_tile;
  DeviceMemory m_memory;  // of A, B and C
  std::vector<std::byte> m_hostA, m_hostB, m_hostC;
};

}  // namespace

Result<const CublasLibrary*> CublasProducts::open() const {
  if (auto chosen = check(cudaSetDevice(m_device.index), "device"); !chosen) return tl::unexpected(chosen.error());
  if (m_library) return m_library.get();
  const auto functions = m_load();
  if (!functions) return tl::unexpected(functions.error());
  auto library = CublasLibrary::make(**functions);
  if (!library) return tl::unexpected(library.error());
  m_library = std::move(*library);
  return m_library.get();
}

Result<ProductDevice> CublasProducts::device() const {
  const std::lock_guard lock(m_mutex);
  const auto library = open();
  if (!library) return tl::unexpected(library.error());
  const int version = (*library)->version();
  ProductDevice found{m_device.name,
                      "cuBLAS " + std::to_string(version / 10'000) + "." + std::to_string(version / 100 % 100) + "." +
                          std::to_string(version % 100),
                      m_device.major,
                      m_device.minor,
                      {}};
  for (const Offer& offer : kOffers)
    if (10 * m_device.major + m_device.minor >= offer.since) found.offered.push_back(offer.operands);
  return found;
}

Result<> CublasProducts::multiply(const DeviceProduct& product, std::span<const std::byte> a,
                                  std::span<const std::byte> b, std::size_t length, std::span<double> c,
                                  const std::stop_token& stop) const {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  const std::size_t bytesOfRow = length * bytesOf(product.operands);
  if (roundedToGranule(std::max({length, a.size() / bytesOfRow, b.size() / bytesOfRow})) > kMost)
    return fail(Errc::Unsupported, "cuBLAS is asked for products of matrices with fewer than 2^31 rows and columns",
                "cuda");
  const std::lock_guard lock(m_mutex);
  const auto library = open();
  if (!library) return tl::unexpected(library.error());
  return TiledProduct(**library, product, a, b, length, c).run(m_mostTileBytes, stop);
}

std::unique_ptr<DeviceProducts> makeCublasProducts(DeviceInfo device) {
  return std::make_unique<CublasProducts>(std::move(device), loadCublas);
}

}  // namespace ulpscope::kernels

// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/strided.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::size_t kWindow = 64 << 10;
constexpr std::size_t kPage = 4096;

/// A dimension as it is walked: `count` steps, each of so many elements in what is read and in what is made.
struct Dimension {
  std::uint64_t count;
  std::uint64_t stride;  ///< in the storage
  std::uint64_t step;    ///< in the elements made
};

/// Without dimensions of one element, and with neighbours joined that are walked as one.
std::vector<Dimension> joined(const StridedView& view) {
  std::vector<Dimension> dimensions;
  for (std::size_t i = 0; i < view.size.size(); ++i) {
    if (view.size[i] == 1) continue;
    Dimension* const outer = dimensions.empty() ? nullptr : &dimensions.back();
    const auto whole = checkedMultiply(view.size[i], view.stride[i]);
    if (outer && whole && outer->stride == *whole)
      *outer = {outer->count * view.size[i], view.stride[i], 1};
    else
      dimensions.push_back({view.size[i], view.stride[i], 1});
  }
  std::uint64_t step = 1;
  for (std::size_t i = dimensions.size(); i-- > 0;) {
    dimensions[i].step = step;
    step *= dimensions[i].count;
  }
  return dimensions;
}

/// Reads short runs that lie near each other through a window instead of one by one.
class Window {
 public:
  Window(const ByteSource& source, bool near) : m_source(source), m_near(near) {}

  Result<std::span<const std::byte>> at(std::uint64_t offset, std::size_t size) {
    if (offset < m_begin || offset + size > m_begin + m_bytes.size()) {
      const std::size_t ahead = m_near ? std::max(size, kWindow) : size;
      m_bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(ahead, m_source.size() - offset)));
      m_begin = offset;
      if (auto read = m_source.read(offset, m_bytes); !read) {
        m_bytes.clear();
        return tl::unexpected(std::move(read.error()));
      }
    }
    return std::span<const std::byte>(m_bytes).subspan(static_cast<std::size_t>(offset - m_begin), size);
  }

 private:
  const ByteSource& m_source;
  bool m_near;
  std::vector<std::byte> m_bytes;
  std::uint64_t m_begin = 0;
};

class Gatherer {
 public:
  Gatherer(std::shared_ptr<const ByteSource> storage, std::size_t elementBytes, const StridedView& view)
      : m_storage(std::move(storage)), m_bytes(elementBytes), m_offset(view.offset), m_dimensions(joined(view)) {}

  /// The range of elements falls into boxes: the rest of a row, whole rows, whole planes, and back down again.
  Result<> make(std::uint64_t first, std::span<std::byte> out) const {
    std::uint64_t left = out.size() / m_bytes;
    while (left > 0) {
      std::uint64_t from = m_offset;
      std::uint64_t rest = first;
      std::size_t at = 0;  // the dimension along which this box is cut off
      std::uint64_t count = 1;
      for (std::size_t i = 0; i < m_dimensions.size(); ++i) {
        const Dimension& dimension = m_dimensions[i];
        const std::uint64_t index = rest / dimension.step;
        rest %= dimension.step;
        from += index * dimension.stride;
        at = i;
        count = std::min(dimension.count - index, left / dimension.step);
        if (rest == 0 && count > 0) break;
      }
      std::vector<Dimension> box;
      std::uint64_t elements = 1;
      if (!m_dimensions.empty()) {
        box.assign(m_dimensions.begin() + static_cast<std::ptrdiff_t>(at), m_dimensions.end());
        box.front().count = count;
        elements = count * box.front().step;
      }
      if (auto done = makeBox(from, std::move(box), out.first(static_cast<std::size_t>(elements * m_bytes))); !done)
        return done;
      out = out.subspan(static_cast<std::size_t>(elements * m_bytes));
      first += elements;
      left -= elements;
    }
    return {};
  }

 private:
  /// Walks a box in the order of the storage: long strides outside, the shortest innermost, where each run is read at
  /// once. Strides of 0 only copy.
  Result<> makeBox(std::uint64_t from, std::vector<Dimension> box, std::span<std::byte> out) const {
    std::erase_if(box, [](const Dimension& dimension) { return dimension.count == 1; });
    std::ranges::stable_sort(box, [](const Dimension& a, const Dimension& b) { return a.stride > b.stride; });
    const auto zero = std::ranges::find(box, std::uint64_t{0}, &Dimension::stride);
    const std::vector<Dimension> repeats(zero, box.end());
    box.erase(zero, box.end());
    Dimension run{1, 1, 1};
    if (!box.empty() && box.back().stride <= kWindow / m_bytes / 8) {
      run = box.back();
      box.pop_back();
    }
    // A run is read in parts that fit the window, with what lies between its elements.
    const std::uint64_t part = std::max<std::uint64_t>(1, run.stride == 1 ? run.count : kWindow / m_bytes / run.stride);
    // Reading ahead pays where at least a quarter of what is read is wanted, or it is of one page anyway.
    const std::uint64_t wanted = std::min(part, run.count) * run.stride * m_bytes;
    const bool near = !box.empty() && box.back().stride <= std::max<std::uint64_t>(kPage, 4 * wanted) / m_bytes;
    Window window(*m_storage, near);

    std::vector<std::uint64_t> index(box.size());
    std::uint64_t to = 0;
    while (true) {
      for (std::uint64_t done = 0; done < run.count; done += part) {
        const std::uint64_t count = std::min(part, run.count - done);
        const auto size = static_cast<std::size_t>(((count - 1) * run.stride + 1) * m_bytes);
        const auto bytes = window.at((from + done * run.stride) * m_bytes, size);
        if (!bytes) return tl::unexpected(bytes.error());
        place(*bytes, {count, run.stride, run.step}, to + done * run.step, repeats, out);
      }
      std::size_t i = box.size();
      while (i > 0 && ++index[i - 1] == box[i - 1].count) {
        --i;
        index[i] = 0;
        from -= (box[i].count - 1) * box[i].stride;
        to -= (box[i].count - 1) * box[i].step;
      }
      if (i == 0) return {};
      from += box[i - 1].stride;
      to += box[i - 1].step;
    }
  }

  /// One run, to where it belongs and wherever it is repeated.
  void place(std::span<const std::byte> bytes, const Dimension& run, std::uint64_t to,
             const std::vector<Dimension>& repeats, std::span<std::byte> out) const {
    std::vector<std::uint64_t> index(repeats.size());
    while (true) {
      if (run.stride == 1 && run.step == 1)
        std::memcpy(out.data() + to * m_bytes, bytes.data(), static_cast<std::size_t>(run.count) * m_bytes);
      else
        for (std::uint64_t i = 0; i < run.count; ++i)
          std::memcpy(out.data() + (to + i * run.step) * m_bytes, bytes.data() + i * run.stride * m_bytes, m_bytes);
      std::size_t i = repeats.size();
      while (i > 0 && ++index[i - 1] == repeats[i - 1].count) {
        --i;
        index[i] = 0;
        to -= (repeats[i].count - 1) * repeats[i].step;
      }
      if (i == 0) return;
      to += repeats[i - 1].step;
    }
  }

  std::shared_ptr<const ByteSource> m_storage;
  std::size_t m_bytes;
  std::uint64_t m_offset;
  std::vector<Dimension> m_dimensions;  ///< none for one element
};

}  // namespace

std::optional<std::uint64_t> StridedView::end() const {
  assert(size.size() == stride.size());
  if (std::ranges::find(size, std::uint64_t{0}) != size.end()) return offset;
  std::uint64_t last = offset;
  for (std::size_t i = 0; i < size.size(); ++i) {
    const auto reach = checkedMultiply(size[i] - 1, stride[i]);
    const auto sum = reach ? checkedAdd(last, *reach) : std::nullopt;
    if (!sum) return std::nullopt;
    last = *sum;
  }
  return checkedAdd(last, 1);
}

bool StridedView::isContiguous() const {
  std::uint64_t expected = 1;
  for (std::size_t i = size.size(); i-- > 0;) {
    if (size[i] == 0) return true;
    if (size[i] == 1) continue;
    if (stride[i] != expected) return false;
    const auto next = checkedMultiply(expected, size[i]);
    if (!next) return false;
    expected = *next;
  }
  return true;
}

std::shared_ptr<const ByteSource> gathered(std::shared_ptr<const ByteSource> storage, std::size_t elementBytes,
                                           const StridedView& view) {
  const std::uint64_t elements = checkedProduct(view.size).value_or(0);
  auto from = storage;
  return derivedSource(
      {.name = storage->name(),
       .size = elements * elementBytes,
       .unitBytes = elementBytes,
       .make = [gatherer = Gatherer(std::move(storage), elementBytes, view)](
                   std::uint64_t first, std::span<std::byte> out) { return gatherer.make(first, out); },
       .from = {std::move(from)}});
}

}  // namespace ulpscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/matrix_values_model.h"

#include <QTimer>
#include <algorithm>

#include "core/base/text.h"
#include "core/formats/value_text.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// Item views add up section sizes in int pixels; this many rows of 24 px stay below that.
constexpr std::uint64_t kMostRows = 50'000'000;
constexpr std::uint64_t kMostColumns = 20'000'000;

/// In the precision of the stored type: 0.1 in BF16 is 0.10009765625, but its shortest text as a float is what fits a
/// cell.
std::string textOf(const ElementType& type, double value) {
  return type.exactAsFloat ? shortest(static_cast<float>(value)) : shortest(value);
}

}  // namespace

MatrixValuesModel::MatrixValuesModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent), m_session(session), m_task(session) {}

void MatrixValuesModel::setSource(std::optional<TensorSource> source, std::optional<MatrixSlice> matrix) {
  beginResetModel();
  m_task.cancel();
  m_source = std::move(source);
  m_tiles.clear();
  m_wanted.clear();
  m_failed = false;
  m_matrix = !m_source ? MatrixSlice() : matrix ? *matrix : wholeMatrix(m_source->info().shape);
  m_shown = m_matrix.shape;
  m_shown.rows = std::min(m_shown.rows, kMostRows);
  m_shown.columns = std::min(m_shown.columns, kMostColumns);
  endResetModel();
}

std::optional<MatrixShape> MatrixValuesModel::clippedTo() const {
  return m_matrix.shape != m_shown ? std::optional(m_shown) : std::nullopt;
}

int MatrixValuesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_shown.rows);
}

int MatrixValuesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_shown.columns);
}

QVariant MatrixValuesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  const TileKey key{index.row() / kTileRows, index.column() / kTileColumns};
  const auto tile = m_tiles.find(key);
  if (tile == m_tiles.end()) {
    want(key);
    return role == Qt::DisplayRole ? QVariant(QStringLiteral("…")) : QVariant();
  }
  const int at = index.row() % kTileRows * tile->second.columns + index.column() % kTileColumns;
  const double value = tile->second.values[static_cast<std::size_t>(at)];
  if (role == Qt::DisplayRole) return qt(textOf(m_source->type(), value));
  const NumberFormat* wide = findFormat("float64");
  const Encoded stored = wide->encode(unrounded(value), Rounding::NearestEven, Overflow::Format);
  return plainToolTip(tr("[%1, %2]\nexactly %3\n%4")
                          .arg(index.row())
                          .arg(index.column())
                          .arg(QString::fromStdString(exactText(*wide, stored.code)),
                               QString::fromStdString(hexFloatText(*wide, stored.code))));
}

QVariant MatrixValuesModel::headerData(int section, Qt::Orientation, int role) const {
  return role == Qt::DisplayRole ? QVariant(section) : QVariant();
}

void MatrixValuesModel::want(TileKey key) const {
  if (m_failed || std::find(m_wanted.begin(), m_wanted.end(), key) != m_wanted.end()) return;
  m_wanted.push_front(key);
  if (m_wanted.size() > 64) m_wanted.pop_back();
  auto* self = const_cast<MatrixValuesModel*>(this);  // item models fetch lazily from const data()
  QTimer::singleShot(0, self, [self] { self->readNext(); });
}

Result<MatrixValuesModel::Tile> MatrixValuesModel::readTile(const TensorSource& source, const MatrixSlice& matrix,
                                                            TileKey key, const JobContext& job) {
  const auto firstRow = static_cast<std::uint64_t>(key.first) * kTileRows;
  const auto firstColumn = static_cast<std::uint64_t>(key.second) * kTileColumns;
  const std::uint64_t rows = std::min<std::uint64_t>(kTileRows, matrix.shape.rows - firstRow);
  const std::uint64_t columns = std::min<std::uint64_t>(kTileColumns, matrix.shape.columns - firstColumn);
  Tile tile{std::vector<double>(rows * columns), static_cast<int>(columns)};
  for (std::uint64_t row = 0; row < rows; ++row) {
    const auto values = std::span(tile.values).subspan(row * columns, columns);
    if (auto read = source.readDoubles(matrix.elementAt(firstRow + row, firstColumn), values); !read)
      return tl::unexpected(read.error());
    if (auto going = job.step(columns); !going) return tl::unexpected(going.error());
  }
  return tile;
}

Result<Table> MatrixValuesModel::read(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part,
                                      const JobContext& job) {
  Table table{{"row"}, {}};
  for (std::uint64_t column = 0; column < part.columns; ++column)
    table.header.push_back(std::to_string(part.firstColumn + column));
  std::vector<double> values(part.columns);
  for (std::uint64_t row = part.firstRow; row < part.firstRow + part.rows; ++row) {
    if (auto read = source.readDoubles(matrix.elementAt(row, part.firstColumn), values); !read)
      return tl::unexpected(read.error());
    auto& cells = table.rows.emplace_back(std::vector<std::string>{std::to_string(row)});
    for (const double value : values) cells.push_back(textOf(source.type(), value));
    if (auto going = job.step(part.columns); !going) return tl::unexpected(going.error());
  }
  return table;
}

void MatrixValuesModel::readNext() {
  if (m_task.running() || m_wanted.empty() || !m_source) return;
  const TileKey key = m_wanted.front();
  m_task.start(
      tr("reading values"),
      [source = *m_source, matrix = m_matrix, key](const JobContext& job) {
        return readTile(source, matrix, key, job);
      },
      [this, key](Result<Tile> tile) {
        std::erase(m_wanted, key);
        if (!tile && tile.error().code == Errc::Cancelled) return readNext();  // another tensor took its place
        if (!tile) {
          m_failed = true;  // one report, not one for each cell that is painted
          return m_session.report(tile.error());
        }
        if (m_tiles.size() >= kMostTiles) m_tiles.clear();
        m_tiles[key] = std::move(*tile);
        const int top = key.first * kTileRows, left = key.second * kTileColumns;
        Q_EMIT dataChanged(index(top, left), index(std::min(top + kTileRows, rowCount()) - 1,
                                                   std::min(left + kTileColumns, columnCount()) - 1));
        readNext();
      });
}

}  // namespace ulpscope

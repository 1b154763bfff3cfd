// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/analysis/matrix_slice.h"
#include "core/analysis/tensor_profile.h"
#include "core/report/table.h"
#include "widgets/session/task.h"

namespace ulpscope {

class Session;

/// The values of a tensor as a grid, read tile by tile when they come into view; an ellipsis stands where a tile is on
/// its way. Item views take 32-bit positions: larger matrices are shown up to that, and clippedTo() says so.
class MatrixValuesModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit MatrixValuesModel(Session& session, QObject* parent = nullptr);

  /// All of the tensor, flattened, or one of its matrices.
  void setSource(std::optional<TensorSource> source, std::optional<MatrixSlice> matrix = {});
  /// nullopt unless the matrix is larger than an item view can show.
  std::optional<MatrixShape> clippedTo() const;

  /// A part of what is shown, to be taken away: a column of row numbers, then the values as they are shown.
  static Result<Table> read(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part,
                            const JobContext& job);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  static constexpr int kTileRows = 64;
  static constexpr int kTileColumns = 32;
  static constexpr std::size_t kMostTiles = 512;  ///< 8 MiB of doubles
  using TileKey = std::pair<int, int>;
  struct Tile {
    std::vector<double> values;  ///< row-major
    int columns = 0;
  };
  static Result<Tile> readTile(const TensorSource& source, const MatrixSlice& matrix, TileKey key,
                               const JobContext& job);
  void want(TileKey key) const;
  void readNext();

  Session& m_session;
  std::optional<TensorSource> m_source;
  MatrixSlice m_matrix;
  MatrixShape m_shown;  ///< of it, as much as fits
  std::map<TileKey, Tile> m_tiles;
  mutable std::deque<TileKey> m_wanted;  ///< newest first: what is in view now comes before what was scrolled past
  bool m_failed = false;                 ///< reading went wrong and was reported
  Task m_task;
};

}  // namespace ulpscope

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ulpscope {

/// A prepared statement. What fails in between is told by step().
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* connection, std::string_view sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  /// In the order of the statement's question marks. Bytes must outlive the next step().
  SqliteStatement& bind(std::int64_t value);
  SqliteStatement& bindBytes(std::string_view bytes);

  Result<bool> step();  ///< whether there is a row
  Result<> run();       ///< to its end, and makes it ready to be run again

  /// Of the row, by column; zero or empty where something else was kept.
  std::int64_t number(int column) const;
  std::string_view bytes(int column) const;  ///< until the next step

 private:
  sqlite3* m_connection;
  sqlite3_stmt* m_statement = nullptr;
  int m_status;
  int m_bound = 0;
};

/// The error of a connection's last call, which gave `status`.
tl::unexpected<Error> sqliteError(sqlite3* connection, int status);

/// Runs statements that give no rows, or none of interest.
Result<> runSql(sqlite3* connection, const char* sql);
/// The one number that a statement gives.
Result<std::int64_t> numberOf(sqlite3* connection, std::string_view sql);

}  // namespace ulpscope

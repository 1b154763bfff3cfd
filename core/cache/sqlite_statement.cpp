// SPDX-License-Identifier: Apache-2.0
#include "core/cache/sqlite_statement.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace ulpscope {
namespace {

Errc codeOf(int status) {
  switch (status) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR:       // our statements fail only on other tables than ours,
    case SQLITE_CONSTRAINT:  // and break no rule of these
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
      return Errc::Corrupt;
    case SQLITE_FULL:
      return Errc::LimitExceeded;
    case SQLITE_NOMEM:
      return Errc::OutOfMemory;
    default:
      return Errc::Io;
  }
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* connection, std::string_view sql)
    : m_connection(connection),
      m_status(::sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &m_statement, nullptr)) {}

SqliteStatement::~SqliteStatement() { ::sqlite3_finalize(m_statement); }

SqliteStatement& SqliteStatement::bind(std::int64_t value) {
  if (m_status == SQLITE_OK) m_status = ::sqlite3_bind_int64(m_statement, ++m_bound, value);
  return *this;
}

SqliteStatement& SqliteStatement::bindBytes(std::string_view bytes) {
  if (m_status == SQLITE_OK)
    m_status = ::sqlite3_bind_blob64(m_statement, ++m_bound, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

Result<bool> SqliteStatement::step() {
  if (m_status == SQLITE_OK || m_status == SQLITE_ROW) m_status = ::sqlite3_step(m_statement);
  if (m_status == SQLITE_ROW) return true;
  if (m_status == SQLITE_DONE) return false;
  return sqliteError(m_connection, m_status);
}

Result<> SqliteStatement::run() {
  for (;;) {
    const auto more = step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
  }
  m_status = ::sqlite3_reset(m_statement);
  m_bound = 0;
  return {};
}

std::int64_t SqliteStatement::number(int column) const { return ::sqlite3_column_int64(m_statement, column); }

std::string_view SqliteStatement::bytes(int column) const {
  const void* const data = ::sqlite3_column_blob(m_statement, column);  // before its size is asked for
  const int size = ::sqlite3_column_bytes(m_statement, column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size)) : std::string_view();
}

tl::unexpected<Error> sqliteError(sqlite3* connection, int status) {
  const char* const file = connection ? ::sqlite3_db_filename(connection, "main") : nullptr;
  return fail(codeOf(status & 0xFF), fmt::format("the kept results cannot be used: {}", ::sqlite3_errstr(status)),
              file ? file : "");
}

Result<> runSql(sqlite3* connection, const char* sql) {
  const int status = ::sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  if (status == SQLITE_OK) return {};
  return sqliteError(connection, status);
}

Result<std::int64_t> numberOf(sqlite3* connection, std::string_view sql) {
  SqliteStatement statement(connection, sql);
  const auto row = statement.step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement.number(0) : 0;
}

}  // namespace ulpscope

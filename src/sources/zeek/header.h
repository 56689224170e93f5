// SPDX-License-Identifier: Apache-2.0
// The '#' lines before a table.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"

namespace stopwarden::zeek {

inline constexpr std::size_t kColumnsMax = 1024;  // the widest log of Zeek has some sixty

/// What a column holds, as far as it matters to how a value is written.
enum class ColumnType : std::uint8_t { text, boolean, integer, real };

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::text;  ///< of a value, or of the members
  bool many = false;                   ///< a set or a vector
};

/// What a header says. Views point into its text.
struct Header {
  char separator = '\t';
  std::string_view set_separator = ",", empty = "(empty)", unset = "-";
  std::string_view path;
  std::vector<Column> columns;

  /// Reads the '#' lines of `text`; of several headers the last one counts. Without `#types` all columns are text.
  /// Errors: bad_value (no `#fields`, a separator of several characters), limit_exceeded (columns).
  Status read(std::string_view text);

 private:
  Status read_line(std::string_view line);
  Status read_fields(std::string_view names);
  void read_types(std::string_view types);
};

/// Resolves \xHH and \\ as Zeek writes them; any other backslash stays. The result is
/// `text` itself where there is none, or lies in `arena`.
std::string_view unescape(std::string_view text, Arena& arena);

}  // namespace stopwarden::zeek

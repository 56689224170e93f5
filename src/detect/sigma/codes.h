// SPDX-License-Identifier: Apache-2.0
// Every message code of the Sigma loader, once. docs/diagnostics.md lists the same rows; codes_test.cpp compares.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stopwarden::sigma {

/// One row a code: name, code, what is wrong, what to do. SIG0xx reject a rule, SIG1xx mean it can never fire, SIG2xx
/// are warnings, SIG3xx concern placeholder files. A code is never given a new meaning.
#define SW_SIGMA_CODES(X)                                                                                              \
  X(not_a_map, "SIG001", "The document is not a map", "Write `key: value` lines; see the Sigma rules specification")   \
  X(no_title, "SIG002", "The rule has no title", "Add `title:`")                                                       \
  X(no_logsource, "SIG003", "The rule names no log source",                                                            \
    "Add `logsource:` with at least one of category, product, service")                                                \
  X(no_detection, "SIG004", "The rule has no detection or no search in it", "Add `detection:` with a named search")    \
  X(no_condition, "SIG005", "The detection has no condition", "Add `condition:` to the detection")                     \
  X(wrong_type, "SIG006", "A key holds a value of the wrong kind", "Give a text, a list or a map as the message says") \
  X(bad_level, "SIG007", "The level is none of the five", "Use informational, low, medium, high or critical")          \
  X(bad_taxonomy, "SIG008", "The rule uses another taxonomy than `sigma`",                                             \
    "Convert its field names to the Sigma taxonomy")                                                                   \
  X(duplicate_id, "SIG009", "An earlier rule has the same id", "Give the rule an id of its own, or drop one")          \
  X(correlation, "SIG010", "Correlation rules are not read by this version", "Leave it out; the other rules load")     \
  X(filter, "SIG011", "Filter documents are not read by this version", "Put the exclusion into the rule")              \
  X(bad_action, "SIG012", "The `action` is none of global, reset, repeat", "Remove `action:`")                         \
  X(empty_search, "SIG013", "A search or a list of values is empty", "Give it a value, or remove it")                  \
  X(unknown_modifier, "SIG014", "The modifier does not exist", "See docs/sigma.md for the list")                       \
  X(modifier_order, "SIG015", "The modifier cannot stand at this place of the chain",                                  \
    "See docs/sigma.md for what it may follow")                                                                        \
  X(modifier_value, "SIG016", "The modifier does not take a value of this kind", "Change the value or the modifier")   \
  X(needs_field, "SIG017", "The modifier needs a field", "Write `Field|modifier:`")                                    \
  X(wildcard, "SIG018", "A wildcard stands where none is allowed", "Escape it with a backslash, or remove it")         \
  X(too_short, "SIG019", "The value is too short to be found base64 encoded at any offset", "Use at least two bytes")  \
  X(bad_regex, "SIG020", "The regular expression cannot be compiled", "Mend it at the place the message gives")        \
  X(bad_cidr, "SIG021", "The network is not written as address/bits", "Write 10.0.0.0/8 or fe80::/10")                 \
  X(bad_number, "SIG022", "The number is outside what the modifier can ever give", "Use a number in the range named")  \
  X(unknown_placeholder, "SIG023", "The placeholder has no values", "Give them with --expand FILE")                    \
  X(rule_limit, "SIG025", "The rule is bigger than a limit allows", "Split the rule")                                  \
  X(condition_syntax, "SIG030", "The condition cannot be read", "Mend it at the column the message gives")             \
  X(unknown_search, "SIG031", "The condition names a search that does not exist", "Add the search, or mend the name")  \
  X(pattern_without_search, "SIG032", "`of` a pattern that fits no search", "Mend the pattern, or add a search")       \
  X(aggregation, "SIG033", "Conditions with `|` are the old form of correlations and are not read",                    \
    "Leave out the part from `|` on, or write a correlation rule")                                                     \
  X(condition_limit, "SIG034", "The condition is longer or deeper than a limit allows", "Simplify it")                 \
  X(too_many_fields, "SIG040", "The rules name more fields than fit into the table", "Load fewer rules")               \
  X(no_source, "SIG100", "No log source known here has such events",                                                   \
    "Describe the source in a file and give it with --logsources")                                                     \
  X(never_event_id, "SIG101", "The EventIDs the rule asks for do not occur in its log source",                         \
    "Mend the EventID or the logsource")                                                                               \
  X(null_in_list, "SIG200", "null stands in a list of values", "Write a search of its own for null")                   \
  X(all_single, "SIG201", "`all` with a single value does nothing", "Remove `all`")                                    \
  X(unused_search, "SIG202", "The condition does not use a search", "Use it, or remove it")                            \
  X(bad_status, "SIG203", "The status is not one of the specification's",                                              \
    "Use stable, test, experimental, "                                                                                 \
    "deprecated or unsupported")                                                                                       \
  X(timeframe, "SIG204", "`timeframe` belongs to old correlations and is ignored", "Remove it")                        \
  X(matches_all, "SIG205", "The value matches whatever the field holds", "Use `exists`, or give a value")              \
  X(bad_id, "SIG206", "The id is not a UUID", "Generate one, for example with uuidgen")                                \
  X(long_title, "SIG207", "The title is longer than 256 characters", "Shorten it")                                     \
  X(cidr_host_bits, "SIG208", "The network address has bits behind the prefix; they are ignored",                      \
    "Write the network's first address")                                                                               \
  X(duplicate_name, "SIG209", "An earlier rule has the same name", "Names are for references and must be unique")      \
  X(field_blanks, "SIG210", "The field name holds blanks; they are stripped", "Write the name without blanks")         \
  X(hex_text, "SIG211", "A hexadecimal number without quotes is taken as text", "Put it in quotes")                    \
  X(expand_not_map, "SIG300", "The placeholder file is not a map of names to values", "Write `name: [value, ...]`")    \
  X(expand_value, "SIG301", "A placeholder's value is not a text, a number or a list of them", "Mend the value")       \
  X(expand_empty, "SIG302", "A placeholder has no values", "Add a value, or remove the name")

namespace code {
#define SW_SIGMA_CODE_NAME(name, code, meaning, mend) inline constexpr std::string_view name = code;
SW_SIGMA_CODES(SW_SIGMA_CODE_NAME)
#undef SW_SIGMA_CODE_NAME
}  // namespace code

struct CodeInfo {
  std::string_view code, meaning, mend;
};
std::span<const CodeInfo> rule_codes() noexcept;

/// The rows as the table of docs/diagnostics.md, which a test holds against it.
std::string codes_as_markdown();
/// `text` for a cell of a Markdown table.
std::string markdown_cell(std::string_view text);

/// Why a rule is rejected, on the way from where it was seen to its report.
struct Problem {
  std::string_view code;
  std::uint32_t line = 0, column = 0;
  std::string message;
};
/// Nothing when all is well.
using MaybeProblem = std::optional<Problem>;

}  // namespace stopwarden::sigma

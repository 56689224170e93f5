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
/// are warnings, SIG3xx concern placeholder files. A code is never given a new meaning; SIG010 and SIG011 are retired.
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
  X(two_kinds, "SIG050", "The document is of two kinds at once", "Write a document each")                              \
  X(correlation_key, "SIG051", "The correlation has a key that does not exist, or not for its type",                   \
    "See docs/sigma.md for the keys")                                                                                  \
  X(correlation_type, "SIG052", "The correlation has no type, or one that does not exist",                             \
    "See docs/sigma.md for the types")                                                                                 \
  X(no_rules, "SIG053", "The correlation or filter does not say which rules it is for",                                \
    "Add `rules:` with ids or names")                                                                                  \
  X(unknown_rule, "SIG054", "No loaded rule has this id or name", "Load the rule too, or mend the reference")          \
  X(ambiguous_rule, "SIG055", "Several rules have this name", "Give each a name of its own, or use the id")            \
  X(repeated_rule, "SIG056", "The correlation names a rule twice", "Name it once")                                     \
  X(cycle, "SIG057", "The correlation depends on itself", "Break the circle of references")                            \
  X(bad_timespan, "SIG058", "The timespan is missing or not a number with one of s, m, h, d, w, M, y",                 \
    "Write `timespan: 5m`")                                                                                            \
  X(correlation_condition, "SIG059", "The correlation's condition is missing or cannot be read",                       \
    "Write `gte: 10`, or for temporal types rule names with and, or, not")                                             \
  X(correlation_field, "SIG060", "The condition's `field` is missing, or one too many",                                \
    "Add `field:` with the field whose values count")                                                                  \
  X(bad_alias, "SIG061", "An alias is not a map of the correlation's rules to field names",                            \
    "Write `alias: {rule: Field}` for rules of this correlation")                                                      \
  X(correlation_limit, "SIG062", "The correlation asks for more than a limit allows", "Use a smaller number")          \
  X(no_source, "SIG100", "No log source known here has such events",                                                   \
    "Describe the source in a file and give it with --logsources")                                                     \
  X(never_event_id, "SIG101", "The EventIDs the rule asks for do not occur in its log source",                         \
    "Mend the EventID or the logsource")                                                                               \
  X(filters_nothing, "SIG102", "The filter applies to no loaded rule",                                                 \
    "Mend its rules or its logsource, which must cover the rule's")                                                    \
  X(correlates_nothing, "SIG103", "The rules of the correlation can never fire", "See what is said of these rules")    \
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
  X(filter_without_not, "SIG212", "The filter keeps only what its condition matches",                                  \
    "Write `condition: not selection` to leave out what the selection matches")                                        \
  X(filter_unknown_rule, "SIG213", "The filter names a rule that is not loaded", "Mend or remove the reference")       \
  X(filter_not_covering, "SIG214", "The filter does not apply to a rule it names",                                     \
    "Give it a logsource that covers the rule's; filters are for plain rules only")                                    \
  X(foreign_taxonomy, "SIG215", "The taxonomy is not known; field names are taken as they stand",                      \
    "Convert its field names to the Sigma taxonomy")                                                                   \
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

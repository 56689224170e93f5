// SPDX-License-Identifier: Apache-2.0
// Regular expressions of rules. RE2 (linear time) where it can; PCRE2 with match limits for what RE2 cannot do. Both
// libraries are used here and nowhere else.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stopwarden::sigma {

struct RegexFlags {
  bool ignore_case = false, multi_line = false, dot_all = false;
  bool operator==(const RegexFlags&) const = default;
};

/// What a thread needs to search; one for all expressions.
class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;

 private:
  friend class Regex;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An expression, compiled at once or on its first use; shared by threads.
class Regex {
 public:
  enum class Engine : std::uint8_t {
    run_length,
    re2,
    pcre2,
    none,  ///< deferred, and then it could not be compiled: every search is over_budget
  };
  enum class Answer : std::uint8_t {
    no,
    yes,
    over_budget,  ///< given up: counts as no, and must be reported
  };

  /// Compiles, or says why not in `error` and returns nothing.
  ///
  /// Spec:   modifiers appendix v2.1.0, "Regular Expression": PCRE. RE2 is tried first with at most 1 MiB, then 8 MiB
  ///         of memory; what it refuses (look-around, back-references, possessive quantifiers) goes to PCRE2.
  static std::unique_ptr<const Regex> compile(std::string_view expression, RegexFlags flags, std::string& error);
  /// For an expression that was compiled before, when the rule cache was made, and had these literals(): it is compiled
  /// by whoever searches first, since a scan meets few of a large rule set's expressions.
  static std::unique_ptr<const Regex> deferred(std::string expression, RegexFlags flags,
                                               std::vector<std::string> literals);
  ~Regex();

  /// Searches anywhere in `subject`, which may hold invalid UTF-8.
  /// Cost: RE2 linear in the subject. PCRE2 at most kPcreMatchLimit steps, then over_budget.
  Answer search(std::string_view subject, RegexScratch& scratch) const;

  /// Compiles a deferred expression.
  Engine engine() const;
  const std::string& expression() const noexcept;
  RegexFlags flags() const noexcept;
  /// Texts of which at least one stands in the folded form of every subject that matches; empty: nothing is known
  /// (regex_literals.h).
  const std::vector<std::string>& literals() const noexcept;

 private:
  struct Program;
  struct Impl;
  explicit Regex(std::unique_ptr<Impl> impl);
  const Program& program() const;
  std::unique_ptr<Impl> impl_;
};

/// `text` with every character that means something in an expression escaped.
std::string quote_for_regex(std::string_view text);

}  // namespace stopwarden::sigma

// SPDX-License-Identifier: Apache-2.0
// Sigma strings: text with `*` and `?`. A list of tokens from the first moment, so that a wildcard which a modifier
// adds can never be mistaken for an escaped one.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stopwarden::sigma {

struct PatternToken {
  enum class Kind : std::uint8_t {
    text,         ///< these bytes
    any,          ///< `*`: nothing or anything, newlines too
    one,          ///< `?`: exactly one code point (or one invalid byte)
    dash,         ///< windash: one of - / U+2013 U+2014 U+2015
    placeholder,  ///< %name%, until `expand` has replaced it
  };
  Kind kind = Kind::text;
  std::string text;  ///< text and placeholder (its name) only
  bool operator==(const PatternToken&) const = default;
};

/// Which pairs of neighbouring bytes occur in a text, hashed to 256 bits: a text that lacks a pair of the needle's
/// cannot hold the needle. It only ever says "maybe".
struct Bigrams {
  std::array<std::uint64_t, 4> bits{};
  bool operator==(const Bigrams&) const = default;
};
Bigrams bigrams_of(std::string_view text) noexcept;
inline bool may_hold(const Bigrams& text, const Bigrams& needle) noexcept {
  std::uint64_t lacking = 0;
  for (std::size_t i = 0; i < text.bits.size(); ++i) lacking |= needle.bits[i] & ~text.bits[i];
  return lacking == 0;
}

enum class CaseMatch : std::uint8_t { folded, exact };

/// A Sigma string. Anchored at both ends unless it begins or ends with `any`.
struct Pattern {
  enum class Shape : std::uint8_t { equals, prefix, suffix, contains, anything, wildcard };
  std::vector<PatternToken> tokens;
  CaseMatch case_match = CaseMatch::folded;
  Shape shape = Shape::wildcard;  ///< set by finish(): what the tokens come to
  std::string needle;             ///< set by finish(): the one text of all shapes but wildcard and anything
  Bigrams bigrams;                ///< set by finish(): of all texts; a subject that lacks one cannot match
  bool operator==(const Pattern&) const = default;
};

enum class PlaceholderSyntax : std::uint8_t { literal, expand };

/// Reads a value as written in a rule.
///
/// Spec:  rules specification v2.1.0, "Escape Character". `\*` and `\?` are literal, `\\` is one backslash, a backslash
///        before anything else (or at the end) is itself. With PlaceholderSyntax::expand also `%name%`, and `\%` is a
///        literal percent sign.
Pattern parse_pattern(std::string_view written, PlaceholderSyntax placeholders = PlaceholderSyntax::literal);

/// A pattern of one literal text.
Pattern literal_pattern(std::string text);

/// Puts a `*` at an end, unless one stands there.
void add_any_front(Pattern& pattern);
void add_any_back(Pattern& pattern);

/// True when the pattern is nothing but text: its text then goes to `text`.
bool plain_text(const Pattern& pattern, std::string& text);

/// windash: every dash that begins a flag becomes a dash token. A flag's dash has no word character before it and one
/// after it, within the same run of text: pySigma's `\B[-/]\b`. A dash inside a word or a path is left alone.
void mark_dashes(Pattern& pattern);

/// Spells out dash tokens: all combinations, appended to `out`. False (and nothing appended) beyond `combinations_max`.
bool spell_out_dashes(const Pattern& pattern, std::size_t combinations_max, std::vector<Pattern>& out);

/// Joins neighbouring texts and wildcards, folds (unless the case matters) and finds the shape. Call once, at the end.
void finish(Pattern& pattern);
/// The last part of finish(): shape, needle and bigrams of tokens that are joined and folded.
void set_shape(Pattern& pattern);

/// Does a finished pattern match a whole value? `subject` is folded when pattern.case_match is folded, the value itself
/// otherwise. Cost: linear for all shapes but wildcard; there at most subject * pattern bytes.
bool matches(const Pattern& pattern, std::string_view subject);

/// The pattern as a rule would write it; for people and for tests.
std::string to_string(const Pattern& pattern);

}  // namespace stopwarden::sigma

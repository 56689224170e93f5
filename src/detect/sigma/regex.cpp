// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/regex.h"

#include <re2/re2.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"
#include "detect/sigma/regex_literals.h"

namespace stopwarden::sigma {
namespace {

constexpr std::int64_t kRe2MemoryFirst = std::int64_t{1} << 20;  // nearly every expression of SigmaHQ compiles in it
constexpr std::int64_t kRe2MemoryMax = std::int64_t{8} << 20;
constexpr std::uint32_t kPcreMatchLimit = 100'000;  // about 2 ms; the default of PCRE2 is 10 million
constexpr std::uint32_t kPcreDepthLimit = 10'000;
constexpr std::uint32_t kPcreHeapKiB = 8 * 1024;
constexpr std::size_t kExpressionMax = 16 * std::size_t{1024};  // bytes; the longest of SigmaHQ has about 500

template <auto Fn>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    Fn(p);
  }
};
using PcreCode = std::unique_ptr<pcre2_code, Deleter<pcre2_code_free>>;
using PcreData = std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>>;
using PcreContext = std::unique_ptr<pcre2_match_context, Deleter<pcre2_match_context_free>>;
using PcreCompile = std::unique_ptr<pcre2_compile_context, Deleter<pcre2_compile_context_free>>;

/// `.{N,}` alone asks for a line of N characters. RE2 unrolls it and falls back to its slow engine (4 ms a value were
/// measured), so it is counted instead.
std::optional<std::size_t> run_length_of(std::string_view expression) {
  if (!expression.starts_with(".{") || !expression.ends_with(",}")) return std::nullopt;
  const auto n = parse_unsigned(expression.substr(2, expression.size() - 4));
  if (!n || *n == 0 || *n > 65'535) return std::nullopt;  // PCRE's own limit of a repeat count
  return static_cast<std::size_t>(*n);
}

bool has_run(std::string_view s, std::size_t wanted, bool dot_all) noexcept {
  if (s.size() < wanted) return false;
  std::size_t run = 0;
  for (std::size_t i = 0; i < s.size();) {
    const CodePoint c = code_point_at(s, i);
    run = !c.valid || (c.value == '\n' && !dot_all) ? 0 : run + 1;
    if (run >= wanted) return true;
    i += c.length;
  }
  return false;
}

/// PCRE's `$` also matches before a newline that ends the subject; RE2's does not.
bool wants_final_newline(std::string_view expression, RegexFlags flags) noexcept {
  return !flags.multi_line && expression.find('$') != std::string_view::npos &&
         expression.find("\\z") == std::string_view::npos;
}

std::unique_ptr<RE2> compile_re2(std::string_view expression, RegexFlags flags) {
  std::string text = "(?";
  if (flags.multi_line) text += 'm';
  if (flags.dot_all) text += 's';
  text = text == "(?" ? std::string(expression) : text + ")" + std::string(expression);
  for (const std::int64_t memory : {kRe2MemoryFirst, kRe2MemoryMax}) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!flags.ignore_case);
    options.set_max_mem(memory);
    auto out = std::make_unique<RE2>(text, options);
    if (out->ok()) return out;
  }
  return nullptr;
}

PcreCode compile_pcre(std::string_view expression, RegexFlags flags, std::string& error) {
  const PcreCompile context(pcre2_compile_context_create(nullptr));
  if (!context) std::abort();  // out of memory
  pcre2_set_parens_nest_limit(context.get(), 100);
  std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  if (flags.ignore_case) options |= PCRE2_CASELESS;
  if (flags.multi_line) options |= PCRE2_MULTILINE;
  if (flags.dot_all) options |= PCRE2_DOTALL;
  int number = 0;
  PCRE2_SIZE offset = 0;
  PcreCode code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), options, &number,
                              &offset, context.get()));
  if (!code) {
    PCRE2_UCHAR message[160];
    pcre2_get_error_message(number, message, sizeof message);
    error = std::string(reinterpret_cast<const char*>(message)) + " (at byte " + std::to_string(offset + 1) +
            " of the expression)";
  }
  return code;
}

}  // namespace

struct RegexScratch::Impl {
  PcreData data;
  PcreContext context;
};

RegexScratch::RegexScratch() : impl_(std::make_unique<Impl>()) {
  impl_->data.reset(pcre2_match_data_create(1, nullptr));
  impl_->context.reset(pcre2_match_context_create(nullptr));
  if (!impl_->data || !impl_->context) std::abort();  // out of memory
  pcre2_set_match_limit(impl_->context.get(), kPcreMatchLimit);
  pcre2_set_depth_limit(impl_->context.get(), kPcreDepthLimit);
  pcre2_set_heap_limit(impl_->context.get(), kPcreHeapKiB);
}
RegexScratch::~RegexScratch() = default;

/// What an expression comes to; all empty when it cannot be compiled.
struct Regex::Program {
  std::size_t run_length = 0;
  std::unique_ptr<RE2> re2;
  PcreCode pcre;
  bool final_newline = false;

  static std::unique_ptr<const Program> make(std::string_view expression, RegexFlags flags, std::string& error) {
    auto out = std::make_unique<Program>();
    if (expression.size() > kExpressionMax) {
      error = "the expression has " + std::to_string(expression.size()) + " bytes, the limit is " +
              std::to_string(kExpressionMax);
    } else if (const auto length = run_length_of(expression)) {
      out->run_length = *length;
    } else if (out->re2 = compile_re2(expression, flags); out->re2) {
      out->final_newline = wants_final_newline(expression, flags);
    } else {
      out->pcre = compile_pcre(expression, flags, error);
    }
    return out;
  }
  Engine engine() const noexcept {
    return run_length != 0 ? Engine::run_length : re2 ? Engine::re2 : pcre ? Engine::pcre2 : Engine::none;
  }
};

struct Regex::Impl {
  std::string expression;
  RegexFlags flags;
  std::vector<std::string> literals;
  std::unique_ptr<const Program> program;      ///< owned; read through `ready`
  std::atomic<const Program*> ready{nullptr};  ///< null until it is compiled
  std::once_flag once;
};

Regex::Regex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Regex::~Regex() = default;

std::unique_ptr<const Regex> Regex::compile(std::string_view expression, RegexFlags flags, std::string& error) {
  auto impl = std::make_unique<Impl>();
  impl->program = Program::make(expression, flags, error);
  if (impl->program->engine() == Engine::none) return nullptr;
  impl->ready.store(impl->program.get(), std::memory_order_release);
  impl->expression = std::string(expression);
  impl->flags = flags;
  if (impl->program->re2) impl->literals = required_literals(*impl->program->re2);
  return std::unique_ptr<const Regex>(new Regex(std::move(impl)));
}

std::unique_ptr<const Regex> Regex::deferred(std::string expression, RegexFlags flags,
                                             std::vector<std::string> literals) {
  auto impl = std::make_unique<Impl>();
  impl->expression = std::move(expression);
  impl->flags = flags;
  impl->literals = std::move(literals);
  return std::unique_ptr<const Regex>(new Regex(std::move(impl)));
}

const Regex::Program& Regex::program() const {
  if (const Program* known = impl_->ready.load(std::memory_order_acquire)) return *known;
  std::call_once(impl_->once, [this] {
    std::string ignored;  // what cannot be compiled is counted by its searches
    impl_->program = Program::make(impl_->expression, impl_->flags, ignored);
    impl_->ready.store(impl_->program.get(), std::memory_order_release);
  });
  return *impl_->ready.load(std::memory_order_acquire);
}

Regex::Answer Regex::search(std::string_view subject, RegexScratch& scratch) const {
  const auto answer = [](bool yes) { return yes ? Answer::yes : Answer::no; };
  const Program& compiled = program();
  if (compiled.run_length != 0) return answer(has_run(subject, compiled.run_length, impl_->flags.dot_all));
  if (compiled.re2) {
    if (RE2::PartialMatch(re2::StringPiece(subject.data(), subject.size()), *compiled.re2)) return Answer::yes;
    if (!compiled.final_newline || !subject.ends_with('\n')) return Answer::no;
    return answer(RE2::PartialMatch(re2::StringPiece(subject.data(), subject.size() - 1), *compiled.re2));
  }
  if (!compiled.pcre) return Answer::over_budget;
  const char* text = subject.empty() ? "" : subject.data();
  const int got = pcre2_match(compiled.pcre.get(), reinterpret_cast<PCRE2_SPTR>(text), subject.size(), 0, 0,
                              scratch.impl_->data.get(), scratch.impl_->context.get());
  if (got >= 0) return Answer::yes;
  return got == PCRE2_ERROR_NOMATCH ? Answer::no : Answer::over_budget;
}

Regex::Engine Regex::engine() const { return program().engine(); }
const std::string& Regex::expression() const noexcept { return impl_->expression; }
RegexFlags Regex::flags() const noexcept { return impl_->flags; }
const std::vector<std::string>& Regex::literals() const noexcept { return impl_->literals; }

std::string quote_for_regex(std::string_view text) {
  return RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
}

}  // namespace stopwarden::sigma

// SPDX-License-Identifier: Apache-2.0
// Secrets that only the program tells: `-p x` is a password for psexec and a folder option for mkdir.
#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "base/text.h"
#include "finding/message.h"
#include "finding/redact.h"

namespace stopwarden::redaction {
namespace {

// Where the value of an option stands, and what may stand before the option's name.
constexpr unsigned kNext = 1;      // -p x
constexpr unsigned kAttached = 2;  // -px
constexpr unsigned kMark = 4;      // -p:x or -p=x
constexpr unsigned kDash = 8, kSlash = 16, kBare = 32;
constexpr unsigned kAny = kDash | kSlash;

enum class Case : std::uint8_t { same, any };
enum class Part : std::uint8_t {
  whole,
  after_colon,    ///< user:SECRET
  after_percent,  ///< user%SECRET
};

/// An option of some programs whose value is secret. To add one: a row, and a case in redact_test.cpp.
struct Option {
  std::string_view programs;  ///< names without ".exe", lowercase, one blank between
  std::string_view name;
  unsigned how;
  Case match = Case::any;
  Part part = Part::whole;
  std::uint8_t skip = 0;       ///< values between the option and the secret
  std::string_view verb = {};  ///< only after this first word: docker login -p, not docker run -p
};

constexpr std::array kOptions{
    Option{"psexec psexec64 paexec csexec remcom psservice psservice64 pskill pskill64 pslist pslist64 pssuspend "
           "pssuspend64 psinfo psinfo64 psloglist psshutdown psfile psgetsid pspasswd xcmd",
           "p", kNext | kAny},
    Option{"mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mariadb mariadb-dump mariadb-admin", "p",
           kNext | kAttached | kDash, Case::same},
    Option{"sqlcmd osql isql bcp", "P", kNext | kAttached | kAny, Case::same},
    Option{"mongo mongosh mongodump mongorestore mongoexport", "p", kNext | kDash, Case::same},
    Option{"redis-cli", "a", kNext | kDash, Case::same},
    Option{"plink pscp psftp putty kitty klink kscp", "pw", kNext | kDash},
    Option{"sshpass", "p", kNext | kAttached | kDash, Case::same},
    Option{"curl", "u", kNext | kAttached | kDash, Case::same, Part::after_colon},
    Option{"curl", "U", kNext | kAttached | kDash, Case::same, Part::after_colon},
    Option{"curl", "user", kNext | kMark | kDash, Case::same, Part::after_colon},
    Option{"curl", "proxy-user", kNext | kMark | kDash, Case::same, Part::after_colon},
    Option{"schtasks", "rp", kNext | kMark | kAny},
    Option{"schtasks taskkill tasklist systeminfo driverquery getmac gpresult openfiles eventcreate eventtriggers "
           "bootcfg",
           "p", kNext | kMark | kAny},
    Option{"wevtutil winrs xfreerdp wfreerdp", "p", kMark | kAny},
    Option{"logman", "u", kNext | kDash, Case::any, Part::whole, 1},
    Option{"ldifde csvde", "b", kNext | kDash, Case::any, Part::whole, 2},
    Option{"bitsadmin", "setcredentials", kNext | kSlash, Case::any, Part::whole, 4},
    Option{"netdom", "pd", kMark | kSlash},
    Option{"netdom", "po", kMark | kSlash},
    Option{"netsh", "key", kMark | kBare},
    Option{"netsh", "keymaterial", kMark | kBare},
    Option{"certutil signtool rdesktop evil-winrm smbmap crackmapexec netexec nxc esxcli", "p", kNext | kAny,
           Case::same},
    Option{"docker podman az", "p", kNext | kDash, Case::same, Part::whole, 0, "login"},
    Option{"vmrun", "gp", kNext | kDash},
    Option{"vmrun", "vp", kNext | kDash},
    Option{"7z 7za 7zr 7zg", "p", kAttached | kDash},
    Option{"rar winrar unrar", "p", kAttached | kAny},
    Option{"rar winrar", "hp", kAttached | kAny},
    Option{"zip unzip", "P", kNext | kAttached | kDash, Case::same},
    Option{"openssl", "k", kNext | kDash, Case::same},
    Option{"smbclient rpcclient wmic-linux winexe", "U", kNext | kAttached | kDash, Case::same, Part::after_percent},
};

/// What needs more than an option.
enum class Special : std::uint8_t {
  net,            ///< net use, net user: by position
  encoded,        ///< powershell -EncodedCommand and its many short forms
  secure_string,  ///< ConvertTo-SecureString 'x'
  user_slash,     ///< user/SECRET@database
  colon_at,       ///< domain/user:SECRET@host
};
struct SpecialProgram {
  std::string_view programs;
  Special special;
};
constexpr std::array kSpecials{
    SpecialProgram{"net net1", Special::net},
    SpecialProgram{"powershell pwsh powershell_ise", Special::encoded},
    SpecialProgram{"convertto-securestring", Special::secure_string},
    SpecialProgram{"sqlplus exp imp expdp impdp sqlldr rman tnsping", Special::user_slash},
    SpecialProgram{
        "secretsdump wmiexec smbexec atexec dcomexec psexec impacket-psexec impacket-wmiexec impacket-smbexec "
        "impacket-atexec impacket-secretsdump impacket-services",
        Special::colon_at},
};

struct Program {
  std::vector<const Option*> options;
  std::vector<Special> specials;
};

const std::unordered_map<std::string_view, Program>& programs() {
  static const auto* const table = [] {
    auto* t = new std::unordered_map<std::string_view, Program>;
    const auto each = [](std::string_view names, const auto& f) {
      while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        if (end > 0) f(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
      }
    };
    for (const Option& o : kOptions) each(o.programs, [&](std::string_view n) { (*t)[n].options.push_back(&o); });
    for (const SpecialProgram& p : kSpecials)
      each(p.programs, [&](std::string_view n) { (*t)[n].specials.push_back(p.special); });
    return t;
  }();
  return *table;
}

/// How quotes are read. A command inside a quoted argument is found by reading the same text again, its quotes being
/// the borders of commands: cheaper than nesting, and it cannot be led astray by quotes that do not pair.
enum class Quotes : std::uint8_t {
  group,   ///< "a b" is one word
  peeled,  ///< " is the border of a command; \" groups
  blank,   ///< all are blanks: for cmd's ""C:\x\net.exe" use ..."
};

struct Word {
  std::size_t begin, end;
  char separator;  ///< what stands before the word: '|', '&', '\n', ';' or '\0' for the same command
};

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\0'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\''; }

/// Cuts a text into words and notes where a command ends.
std::vector<Word> words_of(std::string_view s, Quotes quotes) {
  std::vector<Word> out;
  char separator = '\0';
  std::size_t i = 0;
  const auto blank = [&](std::size_t at) {
    if (is_space(s[at])) return true;
    return is_quote(s[at]) && (quotes == Quotes::blank || (quotes == Quotes::peeled && s[at] == '"'));
  };
  const auto ends_command = [&](std::size_t at) {
    const char c = s[at];
    return c == '&' || c == '|' || c == '\n' || c == '<' || c == '>';
  };
  while (i < s.size()) {
    if (ends_command(i) || (quotes == Quotes::peeled && s[i] == '"')) {
      separator = s[i++];
      continue;
    }
    if (blank(i)) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < s.size() && !blank(i) && !ends_command(i)) {
      const bool escaped = s[i] == '\\' && i + 1 < s.size() && s[i + 1] == '"';
      if (quotes == Quotes::peeled && escaped) {
        const std::size_t close = s.find("\\\"", i + 2);
        i = close == std::string_view::npos ? s.size() : close + 2;
      } else if (quotes == Quotes::blank && escaped) {
        break;
      } else if (quotes == Quotes::group && escaped) {
        i += 2;
      } else if (quotes == Quotes::group && is_quote(s[i]) &&
                 (s[i] == '"' || i == begin || std::string_view{"=:(,{@"}.find(s[i - 1]) != std::string_view::npos)) {
        const std::size_t close = s.find(s[i], i + 1);
        i = close == std::string_view::npos ? s.size() : close + 1;
      } else {
        ++i;
      }
    }
    if (i == begin) {  // a backslash before a quote that counts as a blank
      ++i;
      continue;
    }
    const bool descriptor = i - begin == 1 && s[begin] >= '0' && s[begin] <= '9' && i < s.size() && s[i] == '>';
    if (!descriptor) {
      out.push_back({begin, i, separator});
      separator = '\0';
    }
    if (s[i - 1] == ';') separator = ';';
  }
  return out;
}

/// A word without quotes, brackets and a semicolon around it: for names, never for what is hidden.
std::string_view bare(std::string_view w) noexcept {
  static constexpr std::string_view kFront = "\"'`({@[\\", kBack = "\"'`)};,]";
  while (!w.empty() && kFront.find(w.front()) != std::string_view::npos) {
    if (w.front() == '\\' && (w.size() < 2 || w[1] != '"')) break;  // a share, not an escape
    w.remove_prefix(1);
  }
  while (!w.empty() && kBack.find(w.back()) != std::string_view::npos) w.remove_suffix(1);
  if (!w.empty() && w.back() == '\\') w.remove_suffix(1);
  return w;
}

std::string program_name(std::string_view word) {
  const std::string_view name = base_name(bare(word));
  if (name.empty() || name.size() > 40) return {};
  std::string out = fold_ascii(name);
  for (const std::string_view ending : {".exe", ".com", ".py", ".cmd"})
    if (out.size() > ending.size() && std::string_view{out}.substr(out.size() - ending.size()) == ending) {
      out.resize(out.size() - ending.size());
      break;
    }
  return out;
}

class ProgramScan {
 public:
  ProgramScan(std::string_view text, Quotes quotes, std::vector<Range>& out)
      : s_(text), words_(words_of(text, quotes)), out_(out) {}

  void run() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].separator != '\0') program_ = nullptr;
      const auto known = programs().find(program_name(text(i)));
      if (known != programs().end() && !is_option_word(text(i))) {
        program_ = &known->second;
        start(i);
        continue;
      }
      if (program_ != nullptr) word(i);
    }
  }

 private:
  std::string_view text(std::size_t i) const noexcept {
    return s_.substr(words_[i].begin, words_[i].end - words_[i].begin);
  }
  bool same_command(std::size_t i) const noexcept { return i < words_.size() && words_[i].separator == '\0'; }
  static bool is_option_word(std::string_view w) noexcept {
    if (w.empty()) return false;
    return w.front() == '-' || (w.front() == '/' && w.find('/', 1) == std::string_view::npos);  // not /usr/bin/mysql
  }

  void hide(std::size_t begin, std::size_t end) {
    if (end > begin) out_.push_back({begin, end});
  }

  /// Hides a value that takes [begin, end) of the text: what is between its quotes, when it has some.
  void hide_value(std::size_t begin, std::size_t end, Part part = Part::whole) {
    if (end > begin && s_[end - 1] == ';') --end;  // ends the command, as words_of() has it
    if (end - begin >= 2 && s_[begin] == '\\' && s_[begin + 1] == '"') {
      begin += 2;
      if (end - begin >= 2 && s_.substr(end - 2, 2) == "\\\"") end -= 2;
    } else if (begin < end && is_quote(s_[begin])) {
      const std::size_t close = s_.substr(begin + 1, end - begin - 1).find(s_[begin]);
      if (close != std::string_view::npos) end = begin + 1 + close;
      ++begin;
    }
    if (part != Part::whole) {
      const std::size_t mark = s_.substr(begin, end - begin).find(part == Part::after_colon ? ':' : '%');
      if (mark == std::string_view::npos) return;
      begin += mark + 1;
    }
    hide(begin, end);
  }

  void start(std::size_t i) {
    net_ = Net::verb;
    verb_ = {};
    positional_ = 0;
    share_ = device_ = false;
    after_secure_ = false;
    for (const Special special : program_->specials) {
      if (special != Special::secure_string) continue;
      after_secure_ = true;
      if (words_[i].separator == '|' && i > 0 && is_quote(text(i - 1).front()))  // 'x' | ConvertTo-SecureString
        hide_value(words_[i - 1].begin, words_[i - 1].end);
    }
  }

  void word(std::size_t i) {
    if (verb_.empty() && !is_option_word(text(i))) verb_ = bare(text(i));
    for (const Option* option : program_->options)
      if (option->verb.empty() || equal_ignore_ascii_case(option->verb, verb_)) match(*option, i);
    for (const Special special : program_->specials) {
      switch (special) {
        case Special::net: net(i); break;
        case Special::encoded: encoded(i); break;
        case Special::secure_string: secure_string(i); break;
        case Special::user_slash: user_slash(i); break;
        case Special::colon_at: colon_at(i); break;
      }
    }
  }

  void match(const Option& option, std::size_t i) {
    const std::string_view w = text(i);
    std::size_t at = 0;
    while (at < w.size() && at < 3 && (is_quote(w[at]) || w[at] == '\\')) ++at;
    const char prefix = at < w.size() ? w[at] : '\0';
    if (prefix == '-' && (option.how & kDash) != 0)
      at += w.size() > at + 1 && w[at + 1] == '-' && option.name.size() > 1 ? std::size_t{2} : std::size_t{1};
    else if (prefix == '/' && (option.how & kSlash) != 0)
      ++at;
    else if ((option.how & kBare) == 0)
      return;
    const std::string_view rest = w.substr(std::min(at, w.size()));
    const std::string_view name = rest.substr(0, option.name.size());
    const bool same = option.match == Case::same ? name == option.name : equal_ignore_ascii_case(name, option.name);
    if (!same) return;
    const std::size_t value = words_[i].begin + at + option.name.size();
    const std::string_view after = rest.substr(option.name.size());
    if (after.empty() || after == "\"" || after == "'") {
      if ((option.how & kNext) != 0) next(option, i);
      if ((option.how & kMark) != 0 && (option.how & kBare) != 0) return;
    } else if (after.front() == ':' || after.front() == '=') {
      if ((option.how & (kMark | kAttached)) == 0) return;
      if (after.size() > 1)
        hide_value(value + 1, words_[i].end, option.part);
      else if (same_command(i + 1))  // key= x
        hide_value(words_[i + 1].begin, words_[i + 1].end, option.part);
    } else if ((option.how & kAttached) != 0) {
      hide_value(value, words_[i].end, option.part);
    }
  }

  void next(const Option& option, std::size_t i) {
    std::size_t j = i + 1;
    for (std::size_t skipped = 0;; ++skipped, ++j) {
      if (!same_command(j)) return;
      const std::string_view w = text(j);
      const bool other = w.size() > 1 && w.front() == '-' && fold_ascii(w[1]) >= 'a' && fold_ascii(w[1]) <= 'z';
      const bool slash = w.size() > 1 && w.front() == '/' && (option.how & kSlash) != 0 && w.size() <= 3;
      if (other || slash) return;
      if (skipped == option.skip) break;
    }
    hide_value(words_[j].begin, words_[j].end, option.part);
  }

  /// net use [device] [share [password]] [/user:name [password]]; net user name [password].
  void net(std::size_t i) {
    const std::string_view w = bare(text(i));
    if (net_ == Net::verb) {
      net_ = equal_ignore_ascii_case(w, "use") ? Net::use : equal_ignore_ascii_case(w, "user") ? Net::user : Net::other;
      return;
    }
    if (net_ == Net::other || w.empty() || w.front() == '/') return;
    ++positional_;
    if (net_ == Net::user) {
      if (positional_ == 2) hide_value(words_[i].begin, words_[i].end);
      return;
    }
    const bool drive = w.size() == 2 && w[1] == ':';
    const bool port = w.size() >= 4 && equal_ignore_ascii_case(w.substr(0, 3), "lpt");
    if (!share_ && !device_ && positional_ == 1 && (drive || port || w == "*")) {
      device_ = true;
    } else if (!share_ && (w.substr(0, 2) == "\\\\" || w.substr(0, 2) == "//" ||
                           w.find("://") != std::string_view::npos || (w.front() == '\\' && w.size() > 1))) {
      share_ = true;
    } else if (share_ || device_) {
      hide_value(words_[i].begin, words_[i].end);
    }
  }

  void encoded(std::size_t i) {
    std::string_view w = bare(text(i));
    if (w.substr(0, 3) == "\xE2\x80\x93")
      w.remove_prefix(3);
    else if (!w.empty() && (w.front() == '-' || w.front() == '/'))
      w.remove_prefix(1);
    else
      return;
    if (w.empty() || !same_command(i + 1)) return;
    static constexpr std::string_view kCommand = "encodedcommand", kArguments = "encodedarguments";
    const std::string name = fold_ascii(w);
    const bool is_prefix =
        kCommand.substr(0, name.size()) == name || (name.size() > 7 && kArguments.substr(0, name.size()) == name);
    if (!is_prefix && name != "ec" && name != "ea") return;
    const std::string_view value = bare(text(i + 1));
    const bool base64 = value.size() >= 8 && std::all_of(value.begin(), value.end(), [](char c) {
                          const char f = fold_ascii(c);
                          return (f >= 'a' && f <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
                        });
    if (base64) hide_value(words_[i + 1].begin, words_[i + 1].end);
  }

  void secure_string(std::size_t i) {
    const std::string_view w = text(i);
    if (!after_secure_ || w.front() == '-') return;
    after_secure_ = false;
    if (i > 0 && (equal_ignore_ascii_case(text(i - 1), "-Key") || equal_ignore_ascii_case(text(i - 1), "-SecureKey"))) {
      after_secure_ = true;
      return;
    }
    if (w.front() == '$' || w.front() == '(') return;  // a variable is no secret
    hide_value(words_[i].begin, words_[i].end);
  }

  void user_slash(std::size_t i) {
    const std::string_view w = text(i);
    if (is_option_word(w)) return;
    const std::size_t slash = w.find('/'), at = w.rfind('@');
    if (slash == std::string_view::npos || slash == 0 || positional_++ > 0) return;
    const std::size_t end = at != std::string_view::npos && at > slash ? at : w.size();
    hide(words_[i].begin + slash + 1, words_[i].begin + end);
  }

  void colon_at(std::size_t i) {
    const std::string_view w = text(i);
    const std::size_t at = w.rfind('@');
    const std::size_t colon = at == std::string_view::npos ? at : w.substr(0, at).find(':');
    if (colon != std::string_view::npos && !is_option_word(w)) hide(words_[i].begin + colon + 1, words_[i].begin + at);
  }

  enum class Net : std::uint8_t { verb, use, user, other };
  std::string_view s_;
  std::vector<Word> words_;
  std::vector<Range>& out_;
  const Program* program_ = nullptr;
  Net net_ = Net::verb;
  std::string_view verb_;
  unsigned positional_ = 0;
  bool share_ = false, device_ = false, after_secure_ = false;
};

}  // namespace

void find_by_program(std::string_view text, std::vector<Range>& out) {
  ProgramScan(text, Quotes::group, out).run();
  if (text.find_first_of("\"'") == std::string_view::npos) return;
  ProgramScan(text, Quotes::peeled, out).run();
  if (text.find("\"\"") != std::string_view::npos) ProgramScan(text, Quotes::blank, out).run();
}

}  // namespace stopwarden::redaction

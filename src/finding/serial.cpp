// SPDX-License-Identifier: Apache-2.0
#include "finding/serial.h"

#include <type_traits>

#include "base/bytes.h"

namespace stopwarden {
namespace {

/// Both directions walk the same lists of members (below), so that they cannot disagree. Numbers are 8 bytes,
/// little-endian; text and lists have their length before them.
class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(std::string& out) : out_(out) {}
  void number(std::uint64_t v) { append_le(out_, v, 8); }
  void text(std::string_view v) {
    number(v.size());
    out_ += v;
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view in) : in_(in) {}
  std::uint64_t number() {
    if (in_.size() - at_ < 8) {
      fail(Errc::truncated);
      return 0;
    }
    std::uint64_t v = 0;
    for (unsigned i = 0; i < 8; ++i) v |= std::uint64_t{static_cast<unsigned char>(in_[at_ + i])} << (8 * i);
    at_ += 8;
    return v;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > in_.size() - at_) {
      fail(Errc::truncated);
      return {};
    }
    std::string out{in_.substr(at_, static_cast<std::size_t>(size))};
    at_ += out.size();
    return out;
  }
  /// How many elements follow; each takes 8 bytes at least.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > (in_.size() - at_) / 8) {
      fail(Errc::truncated);
      return 0;
    }
    return static_cast<std::size_t>(n);
  }
  void fail(Errc code) {
    if (ok_) error_ = {code, at_, "spilled finding"};
    ok_ = false;
    at_ = in_.size();
  }
  enum class Rest : std::uint8_t { none, some };
  Status status(Rest rest = Rest::none) {
    if (ok_ && at_ != in_.size() && rest == Rest::none) fail(Errc::bad_value);
    if (!ok_) return error_;
    return Ok{};
  }

 private:
  std::string_view in_;
  std::size_t at_ = 0;
  bool ok_ = true;
  Error error_{Errc::truncated, 0, ""};
};

template <class Io, class S>
void io_text(Io& io, S& s) {
  if constexpr (Io::kReads)
    s = io.text();
  else
    io.text(s);
}

template <class Io, class N>
void io_number(Io& io, N& n) {
  if constexpr (Io::kReads)
    n = static_cast<std::remove_const_t<N>>(io.number());
  else
    io.number(static_cast<std::uint64_t>(n));
}

template <class Io, class O>
void io_optional(Io& io, O& o) {
  if constexpr (Io::kReads) {
    const bool has = io.number() != 0;
    const std::uint64_t v = io.number();
    if (has)
      o = static_cast<typename O::value_type>(v);
    else
      o.reset();
  } else {
    io.number(o ? 1 : 0);
    io.number(o ? static_cast<std::uint64_t>(*o) : 0);
  }
}

template <class Io, class V, class F>
void io_list(Io& io, V& list, const F& each) {
  if constexpr (Io::kReads) {
    list.clear();
    list.resize(io.count());
  } else {
    io.number(list.size());
  }
  for (auto& item : list) each(item);
}

template <class Io, class V>
void io_texts(Io& io, V& list) {
  io_list(io, list, [&](auto& s) { io_text(io, s); });
}

template <class Io, class F>
void rule_part(Io& io, F& f) {
  io_number(io, f.severity);
  for (auto* s : {&f.type, &f.analytic_uid, &f.title, &f.description, &f.status, &f.author, &f.license})
    io_text(io, *s);
  io_list(io, f.attacks, [&](auto& a) { io_text(io, a.technique_uid); });
  for (auto* list : {&f.tactics, &f.tags, &f.falsepositives, &f.references}) io_texts(io, *list);
}

template <class Io, class F>
void proof(Io& io, F& f) {
  io_list(io, f.evidences, [&](auto& e) {
    io_text(io, e.file);
    io_number(io, e.offset);
    io_number(io, e.record);
    io_text(io, e.kind);
  });
  io_number(io, f.evidences_left_out);
  io_number(io, f.count);
}

template <class Io, class F>
void event_part(Io& io, F& f) {
  proof(io, f);
  for (auto* s : {&f.uid, &f.message, &f.host, &f.channel, &f.provider, &f.source_ip}) io_text(io, *s);
  std::int64_t nanos = f.time ? f.time->time_since_epoch().count() : 0;
  bool has_time = f.time.has_value();
  io_number(io, has_time);
  io_number(io, nanos);
  if constexpr (Io::kReads) {
    f.time.reset();
    if (has_time) f.time = EventTime{std::chrono::nanoseconds{nanos}};
  }
  io_optional(io, f.event_id);
  io_optional(io, f.record_id);
  auto& a = f.actor;
  for (auto* s : {&a.user_name, &a.user_uid, &a.process_path, &a.cmd_line, &a.process_pid, &a.parent_path,
                  &a.parent_cmd_line, &a.parent_pid, &a.session_uid})
    io_text(io, *s);
  io_list(io, f.resources, [&](auto& t) {
    io_number(io, t.type);
    for (auto* s : {&t.name, &t.display_name, &t.verb, &t.route, &t.state, &t.host}) io_text(io, *s);
  });
  io_list(io, f.matched, [&](auto& m) {
    io_text(io, m.first);
    io_text(io, m.second);
  });
  io_number(io, f.joins_hits);
}

}  // namespace

void write_rule_part(std::string& out, const Finding& finding) {
  Writer writer(out);
  rule_part(writer, finding);
}

void write_event_part(std::string& out, const Finding& finding) {
  Writer writer(out);
  event_part(writer, finding);
}

Status read_rule_part(std::string_view in, Finding& out) {
  Reader reader(in);
  rule_part(reader, out);
  if (out.severity < Level::informational || out.severity > Level::critical) {
    out.severity = Level::informational;
    return Error{Errc::bad_value, 0, "spilled finding"};
  }
  return reader.status();
}

Status read_event_part(std::string_view in, Finding& out) {
  Reader reader(in);
  event_part(reader, out);
  for (Target& t : out.resources) {
    if (t.type > Target::Type::cloud) return Error{Errc::bad_value, 0, "spilled finding"};
  }
  return reader.status();
}

Status read_proof(std::string_view in, Finding& out) {
  Reader reader(in);
  proof(reader, out);
  return reader.status(Reader::Rest::some);
}

}  // namespace stopwarden

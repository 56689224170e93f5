// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/bsm.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/argv.h"
#include "event/log_name.h"
#include "sources/bsm/record_fields.h"
#include "sources/bsm/tokens.h"
#include "sources/bsm/trail.h"

namespace stopwarden::bsm {
namespace {

constexpr std::size_t kUnitTarget = 256 * std::size_t{1024};
constexpr std::size_t kTrailerSize = 7;
constexpr std::size_t kTokensMax = 4096;   // of one record; real ones have some twenty
constexpr std::size_t kStringsMax = 4096;  // arguments or variables that come as values of their own
constexpr const char* kNoRecord = "bytes that are no audit record";

std::string_view make_command_line(std::string_view raw, Arena& arena) {
  return join_argv([raw](const auto& use) { each_string(raw, use); }, arena);
}

std::string_view make_ip(std::string_view raw, Arena& arena) { return ip_text(raw, arena); }

/// OpenBSM writes milliseconds, Solaris nanoseconds.
std::optional<EventTime> time_of(const Header& h) {
  constexpr std::uint64_t kSecondsMax = 9'000'000'000;  // the year 2255
  if (h.seconds > kSecondsMax) return std::nullopt;
  std::uint64_t nanoseconds = h.seconds * 1'000'000'000;
  if (h.fraction < 1000)
    nanoseconds += h.fraction * 1'000'000;
  else if (h.fraction < 1'000'000'000)
    nanoseconds += h.fraction;
  return EventTime(std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds)));
}

class TrailSource final : public Source {
 public:
  explicit TrailSource(const SourceOptions& options)
      : emitter_(options),
        taxonomy_(emitter_),
        modifier_(emitter_.name("record.modifier")),
        version_(emitter_.name("record.version")) {
    for (const TokenKind& kind : token_kinds())
      for (const PartRow& row : kind.parts)
        names_.push_back(row.field.empty() ? text::Name{} : emitter_.name(row.field));
  }
  Cut cut(Bytes window, AtEnd at_end) override;
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override;
  std::size_t window_max() const noexcept override { return kRecordMax; }

 private:
  Cut left_out(std::string_view text, AtEnd at_end);
  void read_record(std::string_view record, std::uint64_t offset, std::uint64_t number, EventSink& sink);
  void add_token(const Token& token);
  void note_token(const Token& token);
  text::Name name_of(const TokenKind& kind, std::size_t part) const {
    return names_[static_cast<std::size_t>(&kind - token_kinds().data()) * kind.parts.size() + part];
  }
  Record::Value value(const Token& token, std::size_t part) const {
    const Part p = token.kind->parts[part].part;
    return {token.raw[part], make_of(p), kind_of(p)};
  }

  bool lost_ = false;  // within bytes that are no record
  text::Emitter emitter_;
  RecordFields taxonomy_;
  text::Name modifier_, version_;
  std::vector<text::Name> names_;  // of each part of each kind of token
  Record record_;
};

Cut TrailSource::cut(Bytes window, AtEnd at_end) {
  const std::string_view text = as_text(window);
  if (text.empty()) return {};
  std::size_t taken = 0;
  while (taken < text.size() && taken < kUnitTarget) {
    const Piece piece = piece_at(text.substr(taken), at_end);
    if (piece.kind == Piece::Kind::more || piece.kind == Piece::Kind::none) {
      if (taken > 0) break;
      if (piece.kind == Piece::Kind::more) return {};
      return left_out(text, at_end);
    }
    // A file token proves little: it ends what was lost only together with a record.
    if (lost_ && piece.kind == Piece::Kind::file) return left_out(text, at_end);
    lost_ = false;
    taken += piece.size;
  }
  return {.take = taken, .kind = Cut::Kind::unit};
}

/// Leaves out bytes up to the next that a record may begin with.
Cut TrailSource::left_out(std::string_view text, AtEnd at_end) {
  std::size_t at = 1;
  while (at < text.size()) {
    const Piece piece = piece_at(text.substr(at), at_end);
    if (piece.kind == Piece::Kind::record || piece.kind == Piece::Kind::more) break;
    ++at;
  }
  if (lost_) return {.take = at, .kind = Cut::Kind::skip};
  lost_ = true;
  const auto header = read_header(text);
  const bool torn = at == text.size() && at_end == AtEnd::yes && header && header->record_size > text.size();
  return {.take = at,
          .kind = Cut::Kind::drop,
          .error = torn ? Error{Errc::truncated, 0, "the trail ends within a record"}
                        : Error{Errc::bad_magic, 0, kNoRecord}};
}

std::uint64_t TrailSource::parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) {
  const std::string_view text = as_text(unit);
  std::uint64_t record = first_record;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = piece_at(text.substr(at), AtEnd::yes);
    if (piece.size == 0) {  // cut() gives no such unit
      sink.on_drop({Errc::bad_magic, offset + at, kNoRecord});
      break;
    }
    if (piece.kind == Piece::Kind::record) read_record(text.substr(at, piece.size), offset + at, ++record, sink);
    at += piece.size;
  }
  return record - first_record;
}

void TrailSource::read_record(std::string_view record, std::uint64_t offset, std::uint64_t number, EventSink& sink) {
  const auto header = read_header(record);
  if (!header) return;
  emitter_.begin();
  record_.clear();
  record_.kind = event_kind(header->event);
  record_.event =
      record_.kind != nullptr ? record_.kind->name : make_of(Part::number16)(record.substr(6, 2), emitter_.arena());
  emitter_.add(version_, record.substr(5, 1), make_of(Part::number8), ValueKind::integer);
  emitter_.add(modifier_, record.substr(8, 2), make_of(Part::number16), ValueKind::integer);
  const std::string_view tokens = record.substr(0, record.size() - kTrailerSize);
  std::size_t count = 0;
  for (std::size_t at = header->size; at < tokens.size();) {
    Token token;
    Status read = read_token(tokens.substr(at), token);
    if (++count > kTokensMax) read = Error{Errc::limit_exceeded, 0, "a record of more than 4,096 tokens"};
    if (!read) {
      sink.on_drop({read.error().code, offset + at, read.error().what});
      break;
    }
    add_token(token);
    note_token(token);
    at += token.size;
  }
  taxonomy_.add(record_, emitter_);
  Event event;
  event.time = time_of(*header);
  event.channel = log_name::macos_bsm;
  event.provider = record_.kind != nullptr ? record_.kind->name : std::string_view{};
  event.event_id = header->event;
  if (!header->address.empty()) event.host = ip_text(header->address, emitter_.arena());
  event.origin = {offset, number};
  event.raw = record;
  emitter_.emit(event, sink);
}

/// The token's own fields.
void TrailSource::add_token(const Token& token) {
  for (std::size_t i = 0; i < token.kind->parts.size(); ++i) {
    const Part part = token.kind->parts[i].part;
    if (part == Part::none) break;
    const text::Name name = name_of(*token.kind, i);
    if (!name.wanted()) continue;
    const std::string_view raw = token.raw[i];
    if (part == Part::strings) {
      std::size_t count = 0;
      each_string(raw, [this, name, &count](std::string_view text) {
        if (++count <= kStringsMax) emitter_.add(name, text);
      });
    } else if (part == Part::ids || part == Part::ids16) {
      for (std::size_t at = 0; at < raw.size(); at += 4)
        emitter_.add(name, raw.substr(at, 4), make_of(part), ValueKind::integer);
    } else {
      emitter_.add(name, raw, make_of(part), kind_of(part));
    }
  }
}

/// What a token means to the record as a whole.
void TrailSource::note_token(const Token& token) {
  constexpr std::size_t kAudit = 0, kEffective = 1, kPid = 5, kSession = 6, kTerminal = 7;
  switch (token.kind->meaning) {
    case Meaning::subject: {
      const bool nobody = big_endian(token.raw[kAudit]) == UINT32_MAX;
      record_.account = value(token, nobody ? kEffective : kAudit);
      record_.pid = value(token, kPid);
      record_.session = value(token, kSession);
      record_.source_address = {address_of_tid(token.raw[kTerminal], token.kind->parts[kTerminal].part), make_ip,
                                ValueKind::string};
      return;
    }
    case Meaning::process: record_.target_pid = value(token, kPid); return;
    case Meaning::path: record_.paths.push_back(token.raw[0]); return;
    case Meaning::args: record_.args = {token.raw[0], make_command_line, ValueKind::string}; return;
    case Meaning::result: record_.status = value(token, 0); return;
    case Meaning::text:
      if (!record_.text.is_set()) record_.text = value(token, 0);
      return;
    case Meaning::argument: {
      const std::string_view what = token.raw[2];
      if (what == "signal") record_.signal = value(token, 1);
      if (what == "child PID") record_.child_pid = value(token, 1);
      if (what == "process" && !record_.target_pid.is_set()) record_.target_pid = value(token, 1);
      return;
    }
    case Meaning::socket:
      record_.peer_port = value(token, 1);
      record_.peer_address = value(token, 2);
      return;
    case Meaning::address:
    case Meaning::none: return;
  }
}

}  // namespace

bool sniff_trail(Bytes head) {
  std::string_view text = as_text(head);
  for (int i = 0; i < 2; ++i) {
    const Piece piece = piece_at(text, AtEnd::yes);
    if (piece.kind == Piece::Kind::record) return true;
    if (piece.kind != Piece::Kind::file) return false;
    text.remove_prefix(piece.size);
  }
  return false;
}

std::unique_ptr<Source> make_trail(const SourceOptions& options) { return std::make_unique<TrailSource>(options); }

}  // namespace stopwarden::bsm

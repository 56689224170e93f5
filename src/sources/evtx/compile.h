// SPDX-License-Identifier: Apache-2.0
// BinXML to programs. A template definition is compiled once a chunk; its records then only walk a flat list of slots.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "sources/evtx/layout.h"
#include "sources/evtx/names.h"

namespace stopwarden::evtx {

/// Where in the event an element stands: it decides what its name and text mean.
enum class Scope : std::uint8_t {
  document,    ///< outside Event
  event,       ///< children of Event
  system,      ///< children of System
  event_data,  ///< children of EventData
  inside,      ///< below UserData, ProcessingErrorData, a Data element, or anything unknown
  rendering,   ///< below RenderingInfo (forwarded events)
};

/// What a value means beyond the field it fills.
enum class Item : std::uint8_t {
  none,
  provider,
  event_id,
  channel,
  computer,
  record_id,
  time,
  unnamed_data,  ///< a Data element without a name: Data and param<N>
  dynamic,       ///< the name was a substitution, see OpKind::set_name
};

enum class OpKind : std::uint8_t {
  literal,   ///< `text` is the value
  value,     ///< substitution `sub` is the value, or BinXML whose elements stand in `scope`
  concat,    ///< the next `sub` ops are pieces of one value
  set_name,  ///< substitution `sub` names the values with Item::dynamic that follow
};

/// What a walk does for an op: one number to branch on.
enum class Path : std::uint8_t {
  field_literal,  ///< a literal that fills a field and is nothing else
  name_literal,   ///< provider, channel or computer, in the template
  field_value,    ///< a value that fills a field and is nothing else
  number_value,   ///< a number or time of the event itself
  name_value,     ///< provider, channel or computer, in the record
  other,
};

/// One slot. Everything that can be decided before a record is seen is decided here.
struct Op {
  OpKind kind = OpKind::literal;
  Item item = Item::none;
  Scope scope = Scope::inside;
  Path path = Path::other;  ///< filled by make_program()
  bool used = false;        ///< emit, or an item other than none: the value is looked at
  bool emit = false;        ///< somebody wants the value in `field`
  bool vanishes = false;    ///< an optional substitution: when it is null, the attribute or element is not there
  bool may_nest = false;    ///< the template says BinXML, or children are expected here
  bool raw = false;         ///< while compiling: `text` is UTF-16LE still
  std::uint16_t sub = 0;
  FieldId field = kUnnamedField;
  std::string_view text;
};

/// Where in BinXML the name of an element, attribute or entity is referred to, by its offset in the chunk. Everything
/// else in a template's definition is the same in every chunk.
struct NameRef {
  std::uint32_t at = 0;      ///< of the offset, from the definition's first byte
  std::uint16_t chars = 0;   ///< of the name
  bool is_inline = false;    ///< the name stands right behind its offset
  std::uint32_t offset = 0;  ///< of its characters: from the start of the chunk, or wherever the holder keeps them
};

/// Where in a template's ops channel, provider and event id are decided, if that can be told before any other value is
/// looked at: each is one literal or one substitution.
struct Head {
  bool known = false;
  std::uint16_t provider = 0, channel = 0, event_id = 0;  ///< ops, counted from the template's first
  std::uint64_t subs_before = 0;  ///< substitutions up to the last of the three; BinXML in one could say otherwise
};
Head find_head(std::span<const Op> ops) noexcept;

/// What a piece of BinXML became. The ops live elsewhere and stay where they are.
struct Program {
  const Op* ops = nullptr;
  std::size_t count = 0;
  std::string_view literals;  ///< the text of all literals, one behind the other: a walk is charged for it at once
  Head head;
};

/// Finishes ops that stay where they are, and describes them. `literals` stays, too.
Program make_program(std::span<Op> ops, std::string_view literals) noexcept;

/// Does the definition's BinXML carry dependency ids? Templates do; fragments without a template do not.
enum class DependencyIds : std::uint8_t { no, yes };

/// What is left of the chunk's budget, so that no chunk costs much more than any other.
struct CompileBudget {
  std::size_t bytes_left = 0;
};

class Compiler {
 public:
  Compiler(NameTable& names, const Limits& limits);

  /// Names lie elsewhere from here on.
  void begin_chunk() noexcept { known_names_.fill({}); }

  /// The names that the latest definition with dependency ids referred to, in the order of their places.
  std::span<const NameRef> name_refs() const noexcept { return name_refs_; }

  /// Compiles the elements in chunk[at, end) up to an end-of-stream token or a template instance, which are left to the
  /// caller, or to `end`. Appends to `ops`; on error `ops` is as before.
  /// Input:    hostile; offsets of names are bytes from the start of `chunk`.
  /// Errors:   truncated, bad_value, limit_exceeded, unsupported; offset from the start of `chunk`.
  /// Lifetime: literals live in `arena`.
  Result<std::size_t> compile(Bytes chunk, std::size_t at, std::size_t end, Scope scope, DependencyIds ids,
                              std::vector<Op>& ops, Arena& arena, CompileBudget& budget);

 private:
  struct Frame {
    Bytes name;
    NameInfo info;
    Scope children = Scope::inside;
    Item item = Item::none;
    FieldId field = kUnnamedField;
    bool emit = false;
    bool container = false;  // text in it is no value of its own
    bool empty_is_value = false;
    bool has_children = false;
    std::size_t pieces = 0;  // where its pending pieces begin in ops
  };

  Status run(Scope scope, DependencyIds ids);
  Status open_element(Scope scope, DependencyIds ids, bool has_attributes);
  Status read_attributes(Frame& frame, Scope scope);
  Status read_attribute(Frame& frame, Scope scope);
  void finish_attribute(Frame& frame, Scope scope, Bytes name, std::size_t pieces);
  void name_data(Frame& frame, std::size_t pieces);
  Frame make_frame(Scope scope, Bytes name);
  Frame event_child(Bytes name, const NameInfo& info);
  Frame system_child(Bytes name, const NameInfo& info);
  void close_element();
  void flush(Frame& frame);
  Result<bool> read_piece(std::uint8_t token);
  Result<Bytes> read_name();
  NameInfo look_up(Bytes name);
  Result<Bytes> read_counted_text();
  Status read_entity();
  Status read_substitution(bool optional);
  Status need(std::size_t bytes) const;
  Error error(Errc code, const char* what) const { return {code, at_, what}; }
  bool blank(const Op& op) const noexcept;
  void settle(std::size_t from, FieldId field, bool emit, Item item);

  NameTable* names_;
  Limits limits_;
  bool unnamed_wanted_ = false;
  // The call in progress.
  Bytes chunk_;
  std::size_t begin_ = 0, at_ = 0, end_ = 0;
  std::vector<NameRef> name_refs_;
  std::vector<Op>* ops_ = nullptr;
  Arena* arena_ = nullptr;
  std::vector<Frame> stack_;

  /// Names of this chunk by where they lie: Data and Name stand in it once and are referred to everywhere.
  struct KnownName {
    std::uint32_t offset = 0;
    NameInfo info;
  };
  std::array<KnownName, 64> known_names_;
};

/// param1..paramN as far as they are wanted, for unnamed Data elements.
inline constexpr std::size_t kParamsMax = 64;

}  // namespace stopwarden::evtx

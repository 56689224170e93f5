// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace stopwarden {

/// A field of an event, as a small number. Names become numbers once: when a rule is compiled, when a template or a key
/// is first seen. A FieldId means nothing without the FieldTable it came from.
enum class FieldId : std::uint16_t {};
constexpr std::uint16_t index(FieldId id) noexcept { return static_cast<std::uint16_t>(id); }

/// The id of values nobody named in a rule; they exist only for keyword searches over the whole event.
inline constexpr FieldId kUnnamedField{0xFFFF};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
};

/// All field names of one run. Starts with the catalogue's fields (catalogue.h), whose ids are fixed; rules add theirs
/// while they are compiled; then it is const and shared by all threads. Names are Sigma's, case-sensitive, without
/// blanks ("Source Name" in Defender's log is SourceName, as the Sigma taxonomy says). Nested keys of JSON are joined
/// with dots. At most 65,534 names.
class FieldTable {
 public:
  FieldTable();  ///< holds the catalogue
  /// The id of a name, new if need be. Nothing when the table is full.
  std::optional<FieldId> intern(std::string_view name);
  /// The id of a known name. Copies nothing.
  std::optional<FieldId> find(std::string_view name) const;
  std::string_view name(FieldId id) const;
  std::size_t size() const noexcept { return names_.size(); }

 private:
  std::unordered_map<std::string, FieldId, StringHash, std::equal_to<>> ids_;
  std::vector<std::string_view> names_;  // views of the map's keys, which never move
};

/// Which fields somebody downstream will ask for. A source may skip all others, and should: speed depends on it.
class WantedFields {
 public:
  explicit WantedFields(const FieldTable& table) : table_(&table), wanted_(table.size(), false) {}
  void add(FieldId id) {
    if (index(id) >= wanted_.size()) wanted_.resize(index(id) + std::size_t{1}, false);
    wanted_[index(id)] = true;
  }
  /// Every value of every event is wanted (a keyword rule searches the whole event); values of unknown names come
  /// under kUnnamedField.
  void add_all_values() noexcept { all_values_ = true; }
  bool all_values() const noexcept { return all_values_; }
  bool contains(FieldId id) const noexcept { return index(id) < wanted_.size() && wanted_[index(id)]; }
  const FieldTable& table() const noexcept { return *table_; }

  /// What a source does with a name: the id to emit it under, or nothing when it may skip the value.
  std::optional<FieldId> want(std::string_view name) const {
    if (const auto id = table_->find(name)) {
      if (contains(*id) || all_values_) return id;
      return std::nullopt;
    }
    if (all_values_) return kUnnamedField;
    return std::nullopt;
  }

 private:
  const FieldTable* table_;
  std::vector<bool> wanted_;
  bool all_values_ = false;
};

/// The fields that are asked of one kind of event.
class FieldChoice {
 public:
  void add(FieldId id);
  /// Every value, those of unknown names (kUnnamedField) among them.
  void add_all_values() noexcept { all_values_ = true; }
  bool all_values() const noexcept { return all_values_; }
  bool contains(FieldId id) const noexcept {
    const std::size_t word = index(id) / kBits;
    return all_values_ || (word < words_.size() && ((words_[word] >> (index(id) % kBits)) & 1) != 0);
  }
  bool operator==(const FieldChoice&) const = default;

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
  bool all_values_ = false;
};

/// Chooses fields by the kind of event, so that values nobody asks of it are never touched. Asked by a source once it
/// knows channel, provider and id; where it cannot know them before the values, it delivers all wanted fields.
/// One object per thread.
class FieldPlanner {
 public:
  virtual ~FieldPlanner() = default;
  /// A subset of the wanted fields. Valid until the next call. Cost: one hash of the names.
  virtual const FieldChoice& choose(std::string_view channel, std::string_view provider,
                                    std::optional<std::uint32_t> event_id) = 0;
};

}  // namespace stopwarden

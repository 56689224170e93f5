// SPDX-License-Identifier: Apache-2.0
#include "yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>
#include <unordered_set>

#include "base/text.h"

namespace stopwarden {
namespace {

/// Ends a parse from inside yaml-cpp; never leaves this file.
struct Stop {
  std::string_view code;
  std::string message;
  std::uint32_t line, column;
};

std::uint32_t from_one(int at) { return at < 0 ? 0 : static_cast<std::uint32_t>(at) + 1; }

std::size_t count_nodes(const YamlNode& n) {
  std::size_t count = 1;
  for (const YamlNode& item : n.items) count += count_nodes(item);
  for (const auto& [key, value] : n.entries) count += 1 + count_nodes(value);
  return count;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}

  YamlNode take() { return std::move(root_); }
  /// Where the document's first token stood.
  const YAML::Mark& start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(node(mark, YamlNode::Kind::null), anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode n = node(mark, YamlNode::Kind::scalar);
    n.text = value;
    n.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!n.quoted && scalar_type(n) == YamlType::null) n.kind = YamlNode::Kind::null;
    add(std::move(n), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end())
      throw Stop{"YML001", "alias of an anchor that is not complete", from_one(mark.line), from_one(mark.column)};
    count(count_nodes(known->second), mark);
    add(YamlNode(known->second), 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::sequence, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::map, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor;
    bool have_key = false;
    YamlNode key;
    std::unordered_set<std::string> keys;
  };

  YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(1, mark);
    YamlNode n;
    n.kind = kind;
    n.line = from_one(mark.line);
    n.column = from_one(mark.column);
    return n;
  }
  void count(std::size_t n, const YAML::Mark& mark) {
    nodes_ += n;
    if (nodes_ > limits_.nodes_max)
      throw Stop{"YML003", "more nodes than the limit allows", from_one(mark.line), from_one(mark.column)};
  }
  void open(const YAML::Mark& mark, YamlNode::Kind kind, YAML::anchor_t anchor) {
    if (frames_.size() >= limits_.depth_max)
      throw Stop{"YML003", "nested deeper than the limit allows", from_one(mark.line), from_one(mark.column)};
    if (!frames_.empty() && frames_.back().node.is_map() && !frames_.back().have_key)
      throw Stop{"YML004", "a key must be a plain word or a string", from_one(mark.line), from_one(mark.column)};
    frames_.push_back({node(mark, kind), anchor, false, {}, {}});
  }
  void close() {
    Frame f = std::move(frames_.back());
    frames_.pop_back();
    add(std::move(f.node), f.anchor);
  }
  void add(YamlNode n, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = n;
    if (frames_.empty()) {
      root_ = std::move(n);
      return;
    }
    Frame& top = frames_.back();
    if (top.node.is_sequence()) {
      top.node.items.push_back(std::move(n));
      return;
    }
    if (!top.have_key) {
      if (!n.is_scalar() && !n.is_null())
        throw Stop{"YML004", "a key must be a plain word or a string", n.line, n.column};
      if (!top.keys.insert(n.text).second)
        throw Stop{"YML002", "the key '" + n.text + "' stands twice in one map", n.line, n.column};
      top.key = std::move(n);
      top.have_key = true;
      return;
    }
    top.node.entries.emplace_back(std::move(top.key), std::move(n));
    top.have_key = false;
  }

  const YamlLimits& limits_;
  YAML::Mark start_;
  YamlNode root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
};

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;
YamlNode::~YamlNode() = default;

const YamlNode* YamlNode::find(std::string_view key) const noexcept {
  for (const auto& [k, v] : entries)
    if (k.text == key) return &v;
  return nullptr;
}

YamlType scalar_type(const YamlNode& n) noexcept {
  const std::string_view t = n.text;
  if (n.kind == YamlNode::Kind::null) return YamlType::null;
  if (n.quoted) return YamlType::string;
  if (t.empty() || t == "~" || t == "null" || t == "Null" || t == "NULL") return YamlType::null;
  if (t == "true" || t == "True" || t == "TRUE" || t == "false" || t == "False" || t == "FALSE")
    return YamlType::boolean;
  const std::string_view number = t.front() == '+' ? t.substr(1) : t;
  if (parse_integer(number)) return YamlType::integer;
  if (parse_number(number)) return YamlType::real;
  return YamlType::string;
}

std::vector<YamlDocument> parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits,
                                     std::vector<Diagnostic>& diagnostics) {
  std::vector<YamlDocument> out;
  const auto fail = [&](std::string_view code, std::uint32_t line, std::uint32_t column, std::string message) {
    diagnostics.push_back({Diagnostic::Severity::error, code, file, line, column, std::move(message)});
  };
  if (text.size() > limits.bytes_max) {
    fail("YML003", 0, 0,
         "the file has " + std::to_string(text.size()) + " bytes, the limit is " + std::to_string(limits.bytes_max));
    return out;
  }
  if (!is_valid_utf8(text)) {
    fail("YML005", 0, 0, "the file is not UTF-8");
    return out;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    for (int latest = -1;;) {
      TreeBuilder builder(limits);
      if (!parser.HandleNextDocument(builder)) break;
      // At a token that begins no node (a lone ',') yaml-cpp yields empty documents without end.
      if (builder.start().pos <= latest)
        throw Stop{"YML001", "text that begins no value", from_one(builder.start().line),
                   from_one(builder.start().column)};
      latest = builder.start().pos;
      YamlDocument document{builder.take(), 1};
      document.line = document.root.line == 0 ? 1 : document.root.line;
      out.push_back(std::move(document));
    }
  } catch (const Stop& stop) {
    fail(stop.code, stop.line, stop.column, stop.message);
  } catch (const YAML::ParserException& e) {
    fail("YML001", from_one(e.mark.line), from_one(e.mark.column), e.msg);
  } catch (const YAML::Exception& e) {
    fail("YML001", from_one(e.mark.line), from_one(e.mark.column), e.msg);
  }
  return out;
}

}  // namespace stopwarden

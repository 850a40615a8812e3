// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/concat.h"
#include "base/mapped_file.h"
#include "base/utf8.h"

namespace capy {
namespace json = boost::json;

Json::Kind Json::kind() const {
  if (value_ == nullptr) return Kind::kMissing;
  switch (value_->kind()) {
    case json::kind::null: return Kind::kNull;
    case json::kind::bool_: return Kind::kBool;
    case json::kind::int64: return Kind::kInteger;
    case json::kind::uint64: return Kind::kInteger;
    case json::kind::double_: return Kind::kFloat;
    case json::kind::string: return Kind::kString;
    case json::kind::array: return Kind::kArray;
    case json::kind::object: return Kind::kObject;
  }
  return Kind::kMissing;
}

std::optional<bool> Json::as_bool() const {
  if (value_ == nullptr || !value_->is_bool()) return std::nullopt;
  return value_->get_bool();
}

std::optional<int64_t> Json::as_int() const {
  if (value_ == nullptr) return std::nullopt;
  if (value_->is_int64()) return value_->get_int64();
  if (value_->is_double()) {
    const double number = value_->get_double();
    if (std::abs(number) < 9e15 && number == std::floor(number)) return static_cast<int64_t>(number);
  }
  return std::nullopt;
}

std::optional<double> Json::as_double() const {
  if (value_ == nullptr) return std::nullopt;
  if (value_->is_double()) return value_->get_double();
  if (value_->is_int64()) return static_cast<double>(value_->get_int64());
  if (value_->is_uint64()) return static_cast<double>(value_->get_uint64());
  return std::nullopt;
}

std::optional<std::string_view> Json::as_string() const {
  if (value_ == nullptr || !value_->is_string()) return std::nullopt;
  const json::string& text = value_->get_string();
  return std::string_view(text.data(), text.size());
}

int64_t Json::size() const {
  if (value_ == nullptr) return 0;
  if (value_->is_array()) return static_cast<int64_t>(value_->get_array().size());
  if (value_->is_object()) return static_cast<int64_t>(value_->get_object().size());
  return 0;
}

Json Json::operator[](int64_t index) const {
  if (index < 0 || index >= size()) return Json();
  if (value_->is_array()) return Json(value_->get_array().data() + index);
  return Json(&(value_->get_object().begin() + index)->value());
}

std::string_view Json::key(int64_t index) const {
  if (!is_object() || index < 0 || index >= size()) return {};
  const auto name = (value_->get_object().begin() + index)->key();
  return {name.data(), name.size()};
}

Json Json::operator[](std::string_view name) const {
  if (!is_object()) return Json();
  return Json(value_->get_object().if_contains(json::string_view(name.data(), name.size())));
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::string_view name, const JsonLimits& limits) {
  if (static_cast<int64_t>(text.size()) > limits.bytes_max) {
    return Error{ErrorCode::kLimit, concat(name, ": ", text.size(), " bytes of JSON; at most ", limits.bytes_max)};
  }
  try {
    json::parse_options options;
    options.max_depth = static_cast<size_t>(limits.depth_max);
    json::stream_parser parser({}, options);
    json::error_code failed;
    const size_t used = parser.write_some(text.data(), text.size(), failed);
    if (!failed && used < text.size()) {
      const size_t rest = text.find_first_not_of(" \t\r\n", used);
      if (rest != std::string_view::npos) failed = json::error::extra_data;
    }
    if (!failed) parser.finish(failed);
    if (failed) {
      return Error{ErrorCode::kInvalid, concat(name, ": not valid JSON near byte ", used, ": ", failed.message())};
    }
    return JsonDocument(std::make_unique<json::value>(parser.release()));
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::kLimit, concat(name, ": JSON cannot be read: ", thrown.what())};
  }
}

Result<JsonDocument> JsonDocument::read(std::string_view path, const JsonLimits& limits) {
  const std::string text = TRY(read_file(path, limits.bytes_max));
  return parse(text, path, limits);
}

JsonDocument::JsonDocument(std::unique_ptr<json::value> value) : value_(std::move(value)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;
Json JsonDocument::root() const { return Json(value_.get()); }

std::string json_quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text[0];
    size_t used = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else if (const size_t length = utf8_sequence_bytes(text); length > 0) {
      out.append(text, 0, length);
      used = length;
    } else {
      out += "\xef\xbf\xbd";
    }
    text.remove_prefix(used);
  }
  return out + '"';
}

void JsonWriter::separate() {
  CHECK(open_.empty() || open_.back() == '[' || after_key_);
  if (!after_key_ && !first_) text_ += ", ";
  first_ = false;
  after_key_ = false;
}

void JsonWriter::begin_object() {
  separate();
  text_ += '{';
  open_ += '{';
  first_ = true;
}

void JsonWriter::end_object() {
  CHECK(!open_.empty() && open_.back() == '{' && !after_key_);
  text_ += '}';
  open_.pop_back();
  first_ = false;
}

void JsonWriter::begin_array() {
  separate();
  text_ += '[';
  open_ += '[';
  first_ = true;
}

void JsonWriter::end_array() {
  CHECK(!open_.empty() && open_.back() == '[');
  text_ += ']';
  open_.pop_back();
  first_ = false;
}

void JsonWriter::key(std::string_view name) {
  CHECK(!open_.empty() && open_.back() == '{' && !after_key_);
  if (!first_) text_ += ", ";
  first_ = false;
  text_ += json_quote(name);
  text_ += ": ";
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  text_ += json_quote(text);
}

void JsonWriter::value(bool b) {
  separate();
  text_ += b ? "true" : "false";
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  text_.append(buffer, end.ptr);
}

void JsonWriter::value(int64_t number) {
  separate();
  text_ += concat(number);
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::value(Json copied) {
  switch (copied.kind()) {
    case Json::Kind::kMissing:
    case Json::Kind::kNull: return null();
    case Json::Kind::kBool: return value(*copied.as_bool());
    case Json::Kind::kString: return value(*copied.as_string());
    case Json::Kind::kInteger:
      if (const auto whole = copied.as_int()) return value(*whole);
      return value(*copied.as_double());  // above 2^63 - 1
    case Json::Kind::kFloat: return value(*copied.as_double());
    case Json::Kind::kArray: begin_array(); break;
    case Json::Kind::kObject: begin_object(); break;
  }
  for (int64_t i = 0; i < copied.size(); ++i) {
    if (copied.is_object()) key(copied.key(i));
    value(copied[i]);
  }
  copied.is_object() ? end_object() : end_array();
}

}  // namespace capy

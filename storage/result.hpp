// A value or an error; C++20 has no std::expected yet.
#pragma once

#include "storage/error.hpp"

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace weft {

/// Either a `T` or the `error` that kept it from being. Test it, then take one side.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(error failure) : content_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return content_.index() == 0; }
  T& operator*() & { return std::get<0>(content_); }
  const T& operator*() const& { return std::get<0>(content_); }
  T&& operator*() && { return std::get<0>(std::move(content_)); }
  T* operator->() { return &std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }
  const weft::error& failure() const { return std::get<1>(content_); }

private:
  std::variant<T, weft::error> content_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error failure) : failure_(std::move(failure)) {}

  explicit operator bool() const { return !failure_.has_value(); }
  const weft::error& failure() const {
    assert(failure_);
    return *failure_;
  }

private:
  std::optional<weft::error> failure_;
};

} // namespace weft

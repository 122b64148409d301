// Several files into one configuration in long syntax: each document is read, interpolated, extended,
// given what it includes, laid over the earlier ones and checked. Includes load whole models of their own.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compose/read/budget.h"
#include "compose/read/diagnostic.h"
#include "compose/read/document.h"
#include "compose/read/environment.h"
#include "compose/read/files.h"
#include "compose/read/node.h"
#include "compose/read/project.h"
#include "compose/read/substitute.h"

namespace stackd::compose {

/// What one set of files is read with: the main ones, or those of one include.
struct Scope {
  std::string directory;  // absolute; where the names of other files start
  std::string path_base;  // what relative paths in the files are joined to
  bool resolve_paths = true;
  Environment environment;
};

/// Names that were looked up, with their values; nothing when unset.
using LookedUp = std::map<std::string, std::optional<std::string>>;

/// A file that services extend, prepared once.
struct ExtendedFile {
  std::string path;
  Node model;
  std::vector<KeyPath> replaced;
};

class Assembly {
 public:
  Assembly(const LoadOptions& options, const Files& files, Report& report)
      : options_(options), files_(files), report_(report), budget_(report) {}

  /// Everything that the files say, in long syntax, paths resolved as the scope wants. `chain` holds the
  /// files that led here by include.
  Node load(const Scope& scope, const std::vector<NamedFile>& names, const std::vector<std::string>& chain);

  /// The documents of a file, which load() then takes from here instead of reading them again.
  const std::vector<Document>& preview(const NamedFile& name);

  /// For extends: the file in long syntax, its paths relative to the scope's folder. nullptr after an error,
  /// which is reported.
  ExtendedFile* extended_file(const Scope& scope, const std::string& name, Mark asked_at);

  /// The text of a file. nullptr after an error, which is reported.
  const Source* read(const NamedFile& file);
  /// How a path is shown: relative where it lies below the current folder.
  [[nodiscard]] std::string shown(const std::string& path) const;

  [[nodiscard]] Lookup lookup_in(const Environment& environment);
  [[nodiscard]] const Files& files() const { return files_; }
  [[nodiscard]] Report& report() { return report_; }
  [[nodiscard]] Budget& budget() { return budget_; }
  [[nodiscard]] const LoadOptions& options() const { return options_; }

  /// Something could not be read, so that what refers to it must not be called wrong.
  void lost_a_file() { incomplete_ = true; }
  [[nodiscard]] bool incomplete() const { return incomplete_; }

  [[nodiscard]] const LookedUp& looked_up() const { return looked_up_; }

 private:
  std::vector<Document> documents_of(const NamedFile& name);
  void lay_document(Node& model, Document document, const Scope& scope, const std::string& path,
                    const std::vector<std::string>& chain);

  [[nodiscard]] std::string home() const;

  const LoadOptions& options_;
  const Files& files_;
  Report& report_;
  Budget budget_;
  std::map<std::string, const Source*> sources_by_path_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<ExtendedFile>>
      extended_;  // by scope and path
  std::map<std::string, std::vector<Document>> previews_;
  LookedUp looked_up_;
  std::size_t files_read_ = 0;
  std::size_t documents_laid_ = 0;
  bool incomplete_ = false;
};

}  // namespace stackd::compose

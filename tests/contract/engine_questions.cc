#include "contract/engine_questions.h"

namespace stackd::contract {

const std::vector<Question>& engine_questions() {
  static const std::vector<Question> questions = [] {
    std::vector<Question> all = container_questions();
    for (const Question& question : object_questions()) all.push_back(question);
    return all;
  }();
  return questions;
}

}  // namespace stackd::contract

#ifndef MODEL_TRAIN_CLI_RUN_FINETUNE_H_
#define MODEL_TRAIN_CLI_RUN_FINETUNE_H_

#include <ostream>
#include <string>
#include <vector>

namespace clip::model {

// The whole program but its streams. One of several processes that torchrun
// started reads which from the environment; only rank 0 tells how it goes on.
// Returns the exit code: 0 for a run that
// reached its end, 1 for one that failed on its way and can be resumed, 2 for
// flags, model or data that are wrong.
int RunFinetune(const std::vector<std::string>& arguments, std::ostream& out,
                std::ostream& err, bool err_is_terminal);

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLI_RUN_FINETUNE_H_

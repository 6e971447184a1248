#ifndef MODEL_TRAIN_AVERAGE_GRADIENTS_H_
#define MODEL_TRAIN_AVERAGE_GRADIENTS_H_

#include <vector>

#include "model/train/adamw.h"
#include "model/train/process_group.h"

namespace clip::model {

// Makes each gradient the mean over the processes, as DDP does after a
// backward pass. A parameter without a gradient has none in any process, and
// stays so. Nothing for a null group. Throws as the group does.
void AverageGradients(const std::vector<AdamW::Entry>& entries,
                      ProcessGroup* group);

}  // namespace clip::model

#endif  // MODEL_TRAIN_AVERAGE_GRADIENTS_H_

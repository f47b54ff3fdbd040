// SPDX-License-Identifier: Apache-2.0
#include "app/engine/memory.h"

#ifdef TOEPLAB_TCMALLOC
#include <gperftools/malloc_extension.h>
#endif

namespace toeplab::app
{

void keepFreedMemory()
{
#ifdef TOEPLAB_TCMALLOC
    MallocExtension::instance()->SetMemoryReleaseRate(0);
#endif
}

} // namespace toeplab::app

// The loops that must use wide vectors. Each has a portable version and is chosen at run time.
#pragma once

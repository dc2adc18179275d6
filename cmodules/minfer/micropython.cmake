# minfer for MicroPython's CMake-based ports (rp2, esp32, ...): see micropython.mk for the others.
include_guard(GLOBAL)
set(MINFER_DIR ${CMAKE_CURRENT_LIST_DIR})

# Only binding/ names qstrs. The rest is a library of its own, which MicroPython does not scan for them.
set(MINFER_PARTS engine ops signal kernels/extra)
if(NOT CMSIS_NN_LIB)
    list(APPEND MINFER_PARTS kernels/portable kernels/m0plus kernels/dsp kernels/rv32 kernels/xtensa)
    set(CMSIS_NN_INCLUDE ${MINFER_DIR}/kernels/include)
endif()
list(TRANSFORM MINFER_PARTS PREPEND ${MINFER_DIR}/ OUTPUT_VARIABLE minfer_globs)
list(TRANSFORM minfer_globs APPEND /*.c)
file(GLOB minfer_sources CONFIGURE_DEPENDS ${minfer_globs})
if(CMSIS_NN_LIB)
    list(APPEND minfer_sources ${MINFER_DIR}/kernels/portable/mnf_arith.c) # operators use it too
endif()
add_library(minfer_engine STATIC ${minfer_sources})
add_library(usermod_minfer INTERFACE)
# ESP-IDF gives its options, of which some chips need some, to components alone: not to a library of ours, and not to what
# MicroPython 1.26 compiles with the program. What the engine is compiled with comes after them.
if(ESP_PLATFORM)
    idf_build_get_property(minfer_idf_options COMPILE_OPTIONS GENERATOR_EXPRESSION)
    idf_build_get_property(minfer_idf_c_options C_COMPILE_OPTIONS GENERATOR_EXPRESSION)
    list(APPEND minfer_idf_options "$<$<COMPILE_LANGUAGE:C>:${minfer_idf_c_options}>")
    target_compile_options(minfer_engine PRIVATE ${minfer_idf_options})
    target_compile_options(usermod_minfer INTERFACE ${minfer_idf_options})
endif()
target_include_directories(minfer_engine PUBLIC ${MINFER_DIR} ${MINFER_DIR}/engine ${CMSIS_NN_INCLUDE})
# No chip fuses a product and a sum of floats: all have the same results.
target_compile_options(minfer_engine PRIVATE
    -O2 -g -ffp-contract=off -Wall -Wextra -Werror -ffunction-sections -fdata-sections)
target_link_libraries(minfer_engine PUBLIC ${CMSIS_NN_LIB})
if(CMSIS_NN_LIB)
    target_compile_definitions(minfer_engine PRIVATE MNF_CMSIS_NN)
endif()

# The hottest kernels run from RAM on the RP2 chips: MINFER_RAM_KERNELS=0 in the environment leaves them in flash.
if(DEFINED ENV{MINFER_RAM_KERNELS})
    set(MINFER_RAM_KERNELS $ENV{MINFER_RAM_KERNELS})
elseif(PICO_SDK_PATH AND NOT DEFINED MINFER_RAM_KERNELS)
    set(MINFER_RAM_KERNELS 1)
endif()
if(MINFER_RAM_KERNELS)
    target_compile_definitions(minfer_engine PRIVATE MINFER_RAM_KERNELS=1)
endif()

# Operators the firmware is to have, all if not said: -DMINFER_OPS="CONV_2D SOFTMAX ..."
if(MINFER_OPS)
    separate_arguments(minfer_ops UNIX_COMMAND "${MINFER_OPS}")
    list(TRANSFORM minfer_ops PREPEND MINFER_OP_)
    target_compile_definitions(minfer_engine PRIVATE MINFER_OPS ${minfer_ops})
endif()

file(GLOB minfer_binding CONFIGURE_DEPENDS ${MINFER_DIR}/binding/*.c)
# ESP-IDF's headers have warnings of their own, which it chooses.
if(NOT ESP_PLATFORM)
    set_source_files_properties(${minfer_binding} PROPERTIES
        COMPILE_OPTIONS "-Wall;-Wextra;-Wno-unused-parameter;-Werror")
endif()
target_sources(usermod_minfer INTERFACE ${minfer_binding})
target_link_libraries(usermod_minfer INTERFACE minfer_engine)
# RP2040 and RP2350 have a second core.
if(TARGET pico_multicore)
    target_sources(usermod_minfer INTERFACE ${MINFER_DIR}/cores/rp2.c)
    set_source_files_properties(${MINFER_DIR}/cores/rp2.c PROPERTIES COMPILE_OPTIONS "-O2;-Wall;-Wextra;-Werror")
    target_compile_definitions(minfer_engine PUBLIC MNF_CORES=2)
endif()
target_link_libraries(usermod INTERFACE usermod_minfer)

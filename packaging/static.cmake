# Everything is compiled as for the shared libraries, so that ccache knows it
# already; only what is linked differs. scripts/static-libraries makes what
# Debian leaves out.
set(targets TBB::tbb simdjson::simdjson Boost::filesystem OpenSSL::Crypto yaml-cpp
  ZLIB::ZLIB zstd::libzstd_shared re2::re2 CURL::libcurl pugixml::shared)
set(files libtbb.a libsimdjson.a libboost_filesystem.a libcrypto.a libyaml-cpp.a
  libz.a libzstd.a libre2.a libcurl.a libpugixml.a)
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
foreach(target file IN ZIP_LISTS targets files)
  find_library(static_${file} ${file} HINTS ${DREGS_STATIC_LIBRARIES} REQUIRED)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION_${type} ${static_${file}})
endforeach()
find_library(static_ssl libssl.a REQUIRED)
target_link_libraries(CURL::libcurl INTERFACE ${static_ssl} OpenSSL::Crypto)
set(CMAKE_SKIP_RPATH ON)
# Position independent all the same, as everything else on a machine is.
add_link_options(-static-pie)

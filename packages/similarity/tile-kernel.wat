;; The inner loop of the dense solver: c += a · b for three tiles of 64 × 64 single-precision numbers, row by row.
;;
;; A tile has rows of 256 bytes. Eleven of WebAssembly's vectors of four numbers ($sum…, $left, $right, $factor) fit the
;; sixteen registers that x86-64 and ARM64 have at least. So the tile c is worked through in blocks of 4 rows × 8 numbers:
;; a block is loaded into eight vectors, then all 64 steps of the shared dimension are added up in them, each step one row
;; of b (two vectors) times one number of each of the four rows of a, and then the block is stored. This is the usual
;; micro-kernel of dense matrix multiplication: Goto and van de Geijn, "Anatomy of High-Performance Matrix
;; Multiplication", ACM TOMS 34 (2008).
;;
;; tile-kernel.wasm.ts is made from this file by `npm run kernel`, and a test holds the two to each other.
(module
  (import "tile" "memory" (memory 1))

  ;; Positions are bytes in the memory; c is neither a nor b.
  (func (export "multiplyAdd") (param $c i32) (param $a i32) (param $b i32)
    (local $blocks i32) (local $columns i32) (local $steps i32)
    (local $block i32) (local $aAt i32) (local $bColumn i32) (local $bAt i32)
    (local $left v128) (local $right v128) (local $factor v128)
    (local $sum0l v128) (local $sum0r v128)
    (local $sum1l v128) (local $sum1r v128)
    (local $sum2l v128) (local $sum2r v128)
    (local $sum3l v128) (local $sum3r v128)

    (local.set $blocks (i32.const 16))
    (loop $fourRows
      (local.set $block (local.get $c))
      (local.set $bColumn (local.get $b))

      (local.set $columns (i32.const 8))
      (loop $eightColumns
        (local.set $sum0l (v128.load (local.get $block)))
        (local.set $sum0r (v128.load offset=16 (local.get $block)))
        (local.set $sum1l (v128.load offset=256 (local.get $block)))
        (local.set $sum1r (v128.load offset=272 (local.get $block)))
        (local.set $sum2l (v128.load offset=512 (local.get $block)))
        (local.set $sum2r (v128.load offset=528 (local.get $block)))
        (local.set $sum3l (v128.load offset=768 (local.get $block)))
        (local.set $sum3r (v128.load offset=784 (local.get $block)))
        (local.set $aAt (local.get $a))
        (local.set $bAt (local.get $bColumn))

        (local.set $steps (i32.const 64))
        (loop $step
          (local.set $left (v128.load (local.get $bAt)))
          (local.set $right (v128.load offset=16 (local.get $bAt)))

          (local.set $factor (v128.load32_splat (local.get $aAt)))
          (local.set $sum0l (f32x4.add (f32x4.mul (local.get $factor) (local.get $left)) (local.get $sum0l)))
          (local.set $sum0r (f32x4.add (f32x4.mul (local.get $factor) (local.get $right)) (local.get $sum0r)))
          (local.set $factor (v128.load32_splat offset=256 (local.get $aAt)))
          (local.set $sum1l (f32x4.add (f32x4.mul (local.get $factor) (local.get $left)) (local.get $sum1l)))
          (local.set $sum1r (f32x4.add (f32x4.mul (local.get $factor) (local.get $right)) (local.get $sum1r)))
          (local.set $factor (v128.load32_splat offset=512 (local.get $aAt)))
          (local.set $sum2l (f32x4.add (f32x4.mul (local.get $factor) (local.get $left)) (local.get $sum2l)))
          (local.set $sum2r (f32x4.add (f32x4.mul (local.get $factor) (local.get $right)) (local.get $sum2r)))
          (local.set $factor (v128.load32_splat offset=768 (local.get $aAt)))
          (local.set $sum3l (f32x4.add (f32x4.mul (local.get $factor) (local.get $left)) (local.get $sum3l)))
          (local.set $sum3r (f32x4.add (f32x4.mul (local.get $factor) (local.get $right)) (local.get $sum3r)))

          ;; The next number of each row of a, the next row of b.
          (local.set $aAt (i32.add (local.get $aAt) (i32.const 4)))
          (local.set $bAt (i32.add (local.get $bAt) (i32.const 256)))
          (br_if $step (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))

        (v128.store (local.get $block) (local.get $sum0l))
        (v128.store offset=16 (local.get $block) (local.get $sum0r))
        (v128.store offset=256 (local.get $block) (local.get $sum1l))
        (v128.store offset=272 (local.get $block) (local.get $sum1r))
        (v128.store offset=512 (local.get $block) (local.get $sum2l))
        (v128.store offset=528 (local.get $block) (local.get $sum2r))
        (v128.store offset=768 (local.get $block) (local.get $sum3l))
        (v128.store offset=784 (local.get $block) (local.get $sum3r))

        ;; Eight numbers to the right, in c and in b.
        (local.set $block (i32.add (local.get $block) (i32.const 32)))
        (local.set $bColumn (i32.add (local.get $bColumn) (i32.const 32)))
        (br_if $eightColumns (local.tee $columns (i32.sub (local.get $columns) (i32.const 1)))))

      ;; Four rows down, in c and in a.
      (local.set $c (i32.add (local.get $c) (i32.const 1024)))
      (local.set $a (i32.add (local.get $a) (i32.const 1024)))
      (br_if $fourRows (local.tee $blocks (i32.sub (local.get $blocks) (i32.const 1)))))))

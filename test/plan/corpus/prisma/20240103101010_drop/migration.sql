/*
  Warnings:

  - You are about to drop the column `x` on the `User` table. All the data in the column will be lost.

*/
-- DropIndex
DROP INDEX "User_name_idx";

-- AlterTable
ALTER TABLE "User" DROP COLUMN "x";
